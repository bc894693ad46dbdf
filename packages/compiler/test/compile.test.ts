import { describe, expect, test } from "vitest";
import { compile, type CompiledPipeline, type Components, type Finding } from "../src/index.ts";
import { components, withComponent } from "./components.ts";

const STEPS = `
  - { id: one, component: test.source, mode: read }
  - { id: two, component: test.source, mode: read }
`;
const pipeline = (steps: string, head = ""): string => `oml_version: "0.1.0"\nname: p\n${head}steps:${steps}`;

async function compiled(
  text: string,
  params: Readonly<Record<string, string>> = {},
  installed: Components = components,
): Promise<CompiledPipeline> {
  const result = await compile({ text, file: "p.yaml", components: installed, params });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.pipeline;
}

async function findings(
  text: string,
  params: Readonly<Record<string, string>> = {},
): Promise<readonly Finding[]> {
  const result = await compile({ text, file: "p.yaml", components, params });
  return result.ok ? [] : result.findings;
}

async function needs(steps: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const { manifest } = await compiled(pipeline(STEPS + steps));
  return Object.fromEntries(manifest.steps.map((step) => [step.id, step.needs]));
}

describe("what a step waits for", () => {
  test("is the step before it, unless it says otherwise", async () => {
    const found = await needs("  - { id: out, component: test.sink, mode: write, needs: [one] }\n");
    expect(found).toEqual({ one: [], two: ["one"], out: ["one"] });
  });

  test("comes from the query of a SQL step", async () => {
    const found =
      await needs(`  - { id: both, component: test.sql, mode: transform, config: { query: "FROM TWO, one" } }
  - { id: last, component: test.sql, mode: transform, config: { query: FROM input_df } }
  - { id: none, component: test.sql, mode: transform, config: { query: SELECT 1 } }
  - { id: part, component: test.sql, mode: transform, config: { query: FROM one__rows } }
`);
    expect(found).toMatchObject({ both: ["one", "two"], last: ["both"], none: [], part: ["one"] });
  });

  test("may be nothing", async () => {
    const { manifest } = await compiled(
      pipeline("\n  - { id: a, component: test.source, mode: read, needs: [] }\n"),
    );
    expect(manifest.steps[0]?.needs).toEqual([]);
  });
});

describe("a config", () => {
  test("gets its defaults, and parameters keep their type when they are the whole value", async () => {
    const text = pipeline(
      `${STEPS}  - { id: out, component: test.sink, mode: write, config: { path: "\${params.day}/x-\${params.n}.csv", size: "\${params.n}" } }\n`,
      "params: { day: today, n: { type: integer, min: 1, max: 9 } }\n",
    );
    const { configs } = await compiled(text, { n: "7" });
    expect(configs.get("out")).toEqual({ path: "today/x-7.csv", size: 7 });
    const { configs: defaults } = await compiled(
      pipeline(`${STEPS}  - { id: out, component: test.sink, mode: write }\n`),
    );
    expect(defaults.get("out")).toEqual({ size: 10 });
  });

  test.each([
    ["n: 5", { n: "x" }, "params.wrong_type"],
    ["n: 5", { n: "1.5" }, "params.wrong_type"],
    ["n: { type: integer }", {}, "params.missing"],
    ["n: { type: integer, default: 5, max: 4 }", {}, "params.out_of_range"],
    ["n: { type: string, enum: [a, b] }", { n: "c" }, "params.not_allowed"],
    ["n: { type: boolean, default: true }", { n: "yes" }, "params.wrong_type"],
    ["n: 5", { m: "1" }, "params.unknown"],
    ["n: [1]", {}, "oml.wrong_type"],
  ])("a parameter %s given %j is refused: %s", async (declaration, given, code) => {
    const found = await findings(pipeline(STEPS, `params: { ${declaration} }\n`), given);
    expect(found.map((finding) => finding.code)).toContain(code);
  });
});

describe("the manifest", () => {
  const text = pipeline(STEPS, "params: { p: 1 }\n");

  test("is the same bytes for the same pipeline, whatever its comments and layout", async () => {
    const { files } = await compiled(text);
    const again = await compiled(`# a comment\n${text.replaceAll("{ id: one,", "{   id: one,")}`);
    expect([...again.files]).toEqual([...files]);
    expect([...files.keys()]).toEqual(["manifest.yaml", "plan.json", "cfg/one.json", "cfg/two.json"]);
  });

  test("changes exactly the fingerprint of what has changed", async () => {
    const before = (await compiled(text)).manifest.fingerprints;
    const changed = async (to: Promise<CompiledPipeline>): Promise<readonly string[]> => {
      const after = (await to).manifest.fingerprints;
      return Object.keys(before).filter((key) => before[key as "oml"] !== after[key as "oml"]);
    };
    expect(await changed(compiled(text, { p: "2" }))).toEqual(["params", "manifest"]);
    expect(await changed(compiled(text.replace("id: two", "id: zwei")))).toEqual(["oml", "manifest"]);
    const newVersion = withComponent("test.source", (item) => ({ ...item, packageVersion: "1.2.4" }));
    expect(await changed(compiled(text, {}, newVersion))).toEqual(["components", "manifest"]);
    const newSpec = withComponent("test.source", (item) => ({
      ...item,
      spec: { ...item.spec, title: "Other" },
    }));
    expect(await changed(compiled(text, {}, newSpec))).toEqual(["components", "manifest"]);
    const elsewhere = withComponent("test.source", (item) => ({
      ...item,
      driverFile: "/elsewhere/driver.js",
    }));
    expect(await changed(compiled(text, {}, elsewhere))).toEqual([]);
    const unused = withComponent("test.sink", (item) => ({ ...item, packageVersion: "9.9.9" }));
    expect(await changed(compiled(text, {}, unused))).toEqual([]);
  });
});

describe("a profile", () => {
  const text = pipeline(
    STEPS + "  - { id: out, component: test.sink, mode: write, config: { size: '${params.n}' } }\n",
    "params: { n: { type: integer, default: 1, max: 9 } }\nprofiles: { dev: {}, prod: { params: { n: 5 } } }\n",
  );
  const size = async (profile?: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const choice = profile === undefined ? {} : { profile };
    const result = await compile({ text, file: "p.yaml", components, params, ...choice });
    return result.ok ? result.pipeline.configs.get("out")?.["size"] : result.findings;
  };

  test("gives parameters values, over their defaults and under --param", async () => {
    expect([await size(), await size("dev"), await size("prod"), await size("prod", { n: "7" })]).toEqual([
      1, 1, 5, 7,
    ]);
  });

  test("is part of what the parameters' fingerprint covers, and of the manifest", async () => {
    const compiledWith = async (profile: string): Promise<CompiledPipeline> => {
      const result = await compile({ text, file: "p.yaml", components, profile });
      if (!result.ok) throw new Error(JSON.stringify(result.findings));
      return result.pipeline;
    };
    const [dev, prod] = [await compiledWith("dev"), await compiledWith("prod")];
    expect(prod.manifest.pipeline.profile).toBe("prod");
    expect(prod.manifest.fingerprints.params).not.toBe(dev.manifest.fingerprints.params);
    expect(prod.manifest.fingerprints.oml).toBe(dev.manifest.fingerprints.oml);
  });

  test.each([
    ["a parameter that nobody declares", "params: { m: 5 }", "params.unknown"],
    ["a value of another type", "params: { n: x }", "params.wrong_type"],
    ["a value out of range", "params: { n: 10 }", "params.out_of_range"],
  ])("is checked although nobody chose it: %s", async (_name, body, code) => {
    const wrong = text.replace("dev: {}", `dev: { ${body} }`);
    const { findings } = await compile({ text: wrong, file: "p.yaml", components });
    expect(findings.map((finding) => finding.code)).toEqual([code]);
  });
});

test("thousands of steps that all need each other end in a hundred findings", async () => {
  const needs = Array.from({ length: 50 }, (_, n) => `s${n}`).join(", ");
  const steps = Array.from(
    { length: 3000 },
    (_, n) =>
      `\n  - { id: s${n}, component: test.source, mode: read, needs: [s${(n + 1) % 3000}, ${needs}] }`,
  );
  const found = await findings(pipeline(`${steps.join("")}\n`));
  expect(found.filter(({ code }) => code === "step.cycle")).toHaveLength(100);
});

test.each(["toString", "constructor", "__proto__", "hasOwnProperty", "<<"])(
  "a key called %s is a key that nobody knows",
  async (key) => {
    const step = `\n  - { id: out, component: test.sink, mode: write, needs: [one], "${key}": 1, config: { "${key}": 1 } }\n`;
    const found = await findings(pipeline(`${STEPS.trimEnd()}${step}`, `"${key}": 1\n`));
    expect(found.map(({ code, place }) => `${place.line} ${code}`)).toEqual([
      "3 oml.unknown_key",
      "7 oml.unknown_key",
      "7 config.unknown_key",
    ]);
  },
);

describe("YAML that is out to hurt", () => {
  test.each([
    ["an alias to itself", "a: &a [*a]\n", /part of/],
    ["an alias to nothing", "name: *nothing\n", /aliases|nothing/i],
    [
      "a billion laughs",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
        .split("")
        .map((key, n) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[n]}`).join(",")}]`)
        .join("\n")}\n`,
      /repeat more than/,
    ],
    ["nesting without end", `a: ${"[".repeat(20_000)}`, /nested too deeply/],
    ["an integer that no number holds", "metadata: { account: 12345678901234567890 }\n", /more digits/],
    ["several documents", "a: 1\n---\nb: 2\n", /document/i],
    ["a tab for indentation", "steps:\n\t- x\n", /tab/i],
    [
      "steps of every wrong shape",
      pipeline("\n  - 5\n  - null\n  - []\n  - { id: 5 }\n  - { id: a, component: [], mode: {} }\n"),
      /must be/,
    ],
    [
      "keys from the prototype",
      pipeline("\n  - { id: constructor, component: __proto__, mode: toString, config: { __proto__: 1 } }\n"),
      /must be one of/,
    ],
  ])("%s ends in findings", async (_name, text, says) => {
    const found = await findings(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.map((finding) => finding.message).join("\n")).toMatch(says);
  });
});

import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const MAKE = (columns: string): string =>
  `const t = await ctx.createTable(${columns}); return { rows: t.rows };`;
const PROMISE = `columns: () => [{ name: "n", type: "int" }, { name: "at", type: "TIMESTAMPTZ" }],`;

async function runWith(
  members: string,
  run: string,
  steps = "",
  spec: Readonly<Record<string, unknown>> = {},
  command = "run",
): Promise<Outcome> {
  const folder = project({
    "package.json": projectManifest("osiris-driver-x"),
    ...driverPackage("osiris-driver-x", [
      { name: "x.one", mode: "extract", inputs: "none", run, members, spec },
    ]),
    "pipeline.yaml": pipeline(
      `  - { id: one, component: x.one, mode: read, config: { a: "\${A:-x}" } }\n${steps}`,
    ),
  });
  const [group = "", ...sub] = command.split(" ");
  return sub.length > 0 ? osiris(folder, group, ...sub) : osiris(folder, command, "pipeline.yaml");
}

const READS =
  "  - { id: two, component: duckdb.processor, mode: transform, config: { query: SELECT m FROM one } }\n";

describe("what a driver says of its config when a pipeline is compiled", () => {
  test("its complaints are findings, at the value", async () => {
    const validate = `validate({ a }) { return a === "\${A:-x}" ? [{ path: "/a", message: "a is dull", hint: "Try b." }] : []; },`;
    const { exitCode, stderr } = await runWith(validate, "");
    expect(stderr).toMatch(/pipeline\.yaml:4:59: error: a is dull \[config\.refused\].*help: Try b\./s);
    expect(exitCode).toBe(2);
  });

  test("one that throws is broken, and named", async () => {
    const { exitCode, stderr } = await runWith(`validate() { return null.x; },`, "");
    expect(stderr).toMatch(/The driver of x\.one fails: Cannot read properties.*\[step\.driver_broken\]/s);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(exitCode).toBe(2);
  });

  test("a spec whose schema is none hurts only who uses it, and is listed as broken", async () => {
    const spec = { configSchema: { type: "object", properties: { a: { type: "sting" } } } };
    const { exitCode, stderr } = await runWith("", "", "", spec);
    const says =
      /pipeline\.yaml:4:\d+: error: The spec of x\.one is broken: configSchema is no JSON Schema: .*sting/;
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
    const list = await runWith("", "", "", spec, "components list");
    expect(list.stderr).toMatch(/warning: osiris-driver-x: .*configSchema is no JSON Schema/);
    expect(list.stdout).not.toContain("x.one");
  });

  test.each([
    [`async validate() { return []; },`, /its validate\(\) must return a list, and returned a promise/],
    [`columns: () => 5,`, /its columns\(\) must return a list, and returned number/],
    [
      `columns: () => [{ name: "a", type: "INT" }, { name: "A", type: "INT" }],`,
      /announces the column "A" twice/,
    ],
  ])("an answer of another kind is the driver's mistake: %s", async (members, says) => {
    const { exitCode, stderr } = await runWith(members, "");
    expect(stderr).toMatch(says);
    expect(stderr).toContain("[step.driver_broken]");
    expect(exitCode).toBe(2);
  });

  test.each(["validate", "compile", "explain"])(
    "one that ends the process does not make %s succeed",
    async (command) => {
      const exits = await runWith(`validate() { process.exit(0); },`, "", "", {}, command);
      expect(exits.stderr).toMatch(/A driver has called process\.exit\(\)/);
      expect(exits.exitCode).toBe(2);
    },
  );

  test("SQL is checked against the columns that it announces", async () => {
    const { exitCode, stderr } = await runWith(PROMISE, "", READS);
    expect(stderr).toMatch(/pipeline\.yaml:5:86: error: SQL: no column is called "m" here/);
    expect(exitCode).toBe(2);
  });

  test("a type that is none is the driver's mistake", async () => {
    const { exitCode, stderr } = await runWith(`columns: () => [{ name: "n", type: "INTEGR" }],`, "");
    expect(stderr).toMatch(/announces the column "n" with the unknown type INTEGR.*\[step\.driver_broken\]/s);
    expect(exitCode).toBe(2);
  });

  test("a table of other columns than announced fails the step", async () => {
    const good = `[{ name: "n", type: "INTEGER" }, { name: "at", type: "TIMESTAMP" }]`;
    const wrong = await runWith(PROMISE, MAKE(good));
    expect(wrong.stdout).toMatch(
      /has the columns n INTEGER, at TIMESTAMP; announced were n INTEGER, at TIMESTAMP WITH TIME ZONE/,
    );
    expect(wrong.exitCode).toBe(1);
    const kept = await runWith(PROMISE.replace("TIMESTAMPTZ", "TIMESTAMP"), MAKE(good));
    expect(kept.exitCode).toBe(0);
  });
});

describe("rules of a spec over several fields", () => {
  const properties = { a: { type: "string" }, b: { type: "string" } };
  const spec = {
    configSchema: { type: "object", additionalProperties: false, properties },
    constraints: [{ when: { required: ["a"] }, must: { required: ["b"] }, error: "a needs b" }],
  };

  test("are checked when the pipeline is compiled, with their own words", async () => {
    const { exitCode, stderr } = await runWith("", "", "", spec, "validate");
    expect(stderr).toMatch(/Step "one" \(x\.one\): a needs b \[config\.constraint\]/);
    expect(exitCode).toBe(2);
  });

  test("that depend on the environment are checked when it is known, before the first step", async () => {
    const rule = {
      when: { properties: { a: { const: "x" } }, required: ["a"] },
      must: { required: ["b"] },
      error: "x needs b",
    };
    const late = { ...spec, constraints: [rule] };
    expect((await runWith("", "", "", late, "validate")).exitCode).toBe(0);
    const { exitCode, stderr } = await runWith("", "", "", late);
    expect(stderr).toMatch(/Step "one" \(x\.one\): x needs b \[config\.invalid\]/);
    expect(exitCode).toBe(2);
  });
});

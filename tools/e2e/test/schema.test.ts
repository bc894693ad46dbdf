import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { FILM_STORE } from "../src/film-store.ts";
import { osiris } from "../src/osiris.ts";
import { REPOSITORY, exampleProject, pipeline, project } from "../src/project.ts";

const KINDS = ["pipeline", "spec", "project", "connections"] as const;
type Kind = (typeof KINDS)[number];

const printedBefore = new Map<string, ValidateFunction>();

/** The schema that the command prints in a project of these files. Strict, so that any validator can use it. */
async function printed(files: Readonly<Record<string, string>>, kind: Kind): Promise<ValidateFunction> {
  const key = JSON.stringify([kind, files]);
  const schema = printedBefore.get(key) ?? (await printedNow(project(files), kind));
  printedBefore.set(key, schema);
  return schema;
}

async function printedNow(folder: string, kind: Kind): Promise<ValidateFunction> {
  const { exitCode, stdout } = await osiris(folder, "schema", kind);
  expect(exitCode).toBe(0);
  const ajv = new Ajv2020({ strict: true, strictTypes: true, strictRequired: false, allowUnionTypes: true });
  return ajv.compile(JSON.parse(stdout) as object);
}

/** Why a file does not match; undefined when it does. */
function mismatch(schema: ValidateFunction, text: string): unknown {
  return schema(parse(text)) ? undefined : schema.errors;
}

const specFiles = globSync("components/**/spec.yaml", {
  cwd: REPOSITORY,
  exclude: ["**/node_modules/**"],
}).toSorted();
const read = (file: string): string => readFileSync(join(REPOSITORY, file), "utf8");
const OML_MODES: Readonly<Record<string, string>> = {
  extract: "read",
  transform: "transform",
  write: "write",
};

describe("every file of this repository matches the schema of its kind:", () => {
  test.each(globSync("docs/examples/*/pipeline*.yaml", { cwd: REPOSITORY }).toSorted())(
    "%s",
    async (file) => {
      const folder = exampleProject(basename(dirname(file)));
      expect(mismatch(await printedNow(folder, "pipeline"), read(file))).toBeUndefined();
    },
  );

  test.each(specFiles)("%s, and a pipeline of its examples", async (file) => {
    expect(mismatch(await printed({}, "spec"), read(file))).toBeUndefined();
    const { name, modes, examples } = parse(read(file)) as {
      readonly name: string;
      readonly modes: readonly string[];
      readonly examples: readonly { readonly config: object }[];
    };
    const steps = examples.flatMap(({ config }, example) =>
      modes.map((mode) => ({ id: `s${example}`, component: name, mode: OML_MODES[mode], config })),
    );
    const text = stringify({ oml_version: "0.1.0", name: "examples", steps });
    expect(mismatch(await printed({}, "pipeline"), text)).toBeUndefined();
  });
});

describe("a pipeline", () => {
  const films = (rest: string): string => pipeline(`  - { id: films, component: acme.films, ${rest} }\n`);
  const connections = { acme: { main: { host: "h", port: "${PORT}", password: "${PASSWORD}" } } };
  const files = { ...FILM_STORE, "osiris_connections.yaml": stringify({ connections }) };
  const validate = async (text: string): Promise<number | null> =>
    (await osiris(project({ ...files, "pipeline.yaml": text }), "validate", "pipeline.yaml")).exitCode;

  const good: readonly (readonly [name: string, text: string])[] = [
    ["with a connection", films('mode: read, config: { connection: "@acme.main", genre: drama }')],
    ["with the default connection", films("mode: read, config: { genre: drama }")],
    [
      "with references",
      films('mode: read, config: { genre: "${GENRE:-drama}", pages: { size: "${SIZE}" } }'),
    ],
    ["with old names", pipeline("  - { id: a, uses: acme.films, mode: read, with: { genre: drama } }\n")],
    [
      "with parameters",
      `${films('mode: read, config: { genre: "${params.genre}", pages: { size: "${params.size}" } }')}params: { genre: drama, size: { type: integer, default: 5 } }\n`,
    ],
    [
      "with all that a pipeline has",
      `description: d
metadata: { a: [1] }
params: { a: x, b: { type: number, default: 1.5, min: 1, max: 2 }, c: { type: string, default: "1", enum: ["1"] } }
profiles: { prod: { params: { a: y } } }
${pipeline(`
  - { id: a, component: acme.prices, mode: read, config: { host: [x] }, description: d, needs: [] }
  - { id: b, component: acme.films, mode: read, config: { genre: drama }, needs: [] }
  - { id: c, component: filesystem.csv_writer, mode: write, config: { path: c.csv }, needs: [a, b], input: a }
`)}`,
    ],
  ];

  test.each(good)("%s is taken by the compiler and the schema", async (_name, text) => {
    expect(await validate(text)).toBe(0);
    expect(mismatch(await printed(files, "pipeline"), text)).toBeUndefined();
  });

  const ok = "config: { genre: drama }";
  const bad: readonly (readonly [name: string, text: string])[] = [
    ["an unknown component", films(`mode: read, ${ok}`).replace("acme.films", "acme.film")],
    ["no component", films(`mode: read, ${ok}`).replace("component: acme.films,", "")],
    ["no mode", films(ok)],
    ["a mode that the component does not have", films(`mode: transform, ${ok}`)],
    ["a mode that there is not", films(`mode: extract, ${ok}`)],
    [
      "old names and a mode that there is not",
      pipeline("  - { id: a, uses: acme.films, mode: extract, with: { genre: drama } }\n"),
    ],
    ["no config, where one is needed", films("mode: read")],
    ["a missing field", films("mode: read, config: {}")],
    ["an unknown field", films("mode: read, config: { genre: drama, gnere: drama }")],
    ["an unknown field deeper inside", films("mode: read, config: { genre: drama, pages: { sizes: 1 } }")],
    ["a wrong type", films("mode: read, config: { genre: drama, port: eighty }")],
    ["a wrong value", films("mode: read, config: { genre: western }")],
    ["a value out of range", films("mode: read, config: { genre: drama, port: 0 }")],
    ["a wrong connection", films('mode: read, config: { genre: drama, connection: "@mysql.main" }')],
    [
      "a connection where none is taken",
      pipeline(
        "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1, connection: '@acme.main' } }\n",
      ),
    ],
    ["an unknown key of a step", films(`mode: read, ${ok}, depends_on: []`)],
    ["an unknown key of the pipeline", `${films(`mode: read, ${ok}`)}tasks: []\n`],
    ["another version", films(`mode: read, ${ok}`).replace("0.1.0", "0.2.0")],
    ["a bad name", films(`mode: read, ${ok}`).replace("name: test", "name: My Test")],
    ["a parameter of no type", `${films(`mode: read, ${ok}`)}params: { a: { type: date } }\n`],
    ["no steps", 'oml_version: "0.1.0"\nname: test\nsteps: []\n'],
  ];

  test.each(bad)("with %s is refused by both", async (_name, text) => {
    expect(await validate(text)).toBe(2);
    expect(mismatch(await printed(files, "pipeline"), text)).toBeDefined();
  });

  test("may use what osiris.yaml allows", async () => {
    const text = films(`mode: read, ${ok}`);
    const denied = { ...files, "osiris.yaml": "components: { deny: [acme.films] }\n" };
    expect(mismatch(await printed(denied, "pipeline"), text)).toBeDefined();
    const none = { ...files, "osiris.yaml": "components: { allow: [] }\n" };
    // An empty list of choices would be no JSON Schema.
    expect(mismatch(await printed(none, "pipeline"), text)).toBeUndefined();
  });
});

describe("osiris_connections.yaml", () => {
  const cases: readonly (readonly [name: string, connections: object, isGood: boolean])[] = [
    ["fields of the family's components", { acme: { main: { host: "h", port: 80, currency: "EUR" } } }, true],
    ["a field that two components read differently", { acme: { main: { host: ["a", "b"] } } }, true],
    ["references", { acme: { main: { host: "h${N}", port: "${PORT:-80}", default: true } } }, true],
    ["a family that is not installed", { elsewhere: { main: { anything: 1 } } }, true],
    ["no connection at all", {}, true],
    ["an unknown field", { acme: { main: { hots: "h" } } }, false],
    ["a field that no connection supplies", { acme: { main: { genre: "drama" } } }, false],
    ["a field of a family that takes no connection", { filesystem: { main: { path: "p" } } }, false],
    ["a wrong type", { acme: { main: { port: "eighty" } } }, false],
    ["a value that no component takes", { acme: { main: { host: 1 } } }, false],
    ["two levels only", { acme: { host: "h" } }, false],
    ["an alias that is no name", { acme: { "my main": {} } }, false],
    ["a default that is neither true nor false", { mysql: { main: { default: "yes" } } }, false],
  ];

  test.each(cases)("%s", async (_name, connections, isGood) => {
    const schema = await printed(FILM_STORE, "connections");
    expect(mismatch(schema, stringify({ connections })) === undefined).toBe(isGood);
  });

  test("another key", async () => {
    const schema = await printed(FILM_STORE, "connections");
    expect(mismatch(schema, "connection: {}\n")).toBeDefined();
  });
});

describe("osiris.yaml and spec.yaml", () => {
  const spec = parse(read(String(specFiles[0]))) as Record<string, unknown>;
  const cases: readonly (readonly [name: string, kind: Kind, value: object, isGood: boolean])[] = [
    [
      "settings",
      "project",
      { drivers: ["a"], components: { allow: ["acme.*"], deny: ["acme.films"] } },
      true,
    ],
    ["an unknown setting", "project", { drvers: [] }, false],
    ["a pattern that matches nothing", "project", { components: { deny: ["acme*"] } }, false],
    ["a spec", "spec", spec, true],
    ["an unknown key of a spec", "spec", { ...spec, colour: "blue" }, false],
    ["a spec's unknown mode", "spec", { ...spec, modes: ["read"] }, false],
    ["a spec without examples", "spec", { ...spec, examples: [] }, false],
  ];

  test.each(cases)("%s", async (_name, kind, value, isGood) => {
    expect(mismatch(await printed({}, kind), stringify(value)) === undefined).toBe(isGood);
  });
});

describe("osiris schema", () => {
  test.each(KINDS)("%s prints the same valid JSON Schema each time, however it is asked", async (kind) => {
    const folder = project(FILM_STORE);
    const first = await osiris(folder, "schema", kind);
    expect(first.stderr).toBe("");
    const schema = JSON.parse(first.stdout) as { readonly $schema: string };
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    const ajv = new Ajv2020();
    expect(ajv.validateSchema(schema)).toBe(true);
    expect((await osiris(folder, "schema", kind)).stdout).toBe(first.stdout);
    expect((await osiris(folder, "schema", kind, "--json")).stdout).toBe(first.stdout);
    const out = "new/folder/schema.json";
    for (const _ of [1, 2]) {
      expect(await osiris(folder, "schema", kind, "--out", out)).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/schema\.json\n$/) as string,
      });
      expect(readFileSync(join(folder, out), "utf8")).toBe(first.stdout);
    }
    expect(readdirSync(join(folder, "new/folder"))).toEqual(["schema.json"]);
  });

  test("describes a pipeline when no kind is named", async () => {
    const folder = project({});
    const { stdout } = await osiris(folder, "schema");
    expect(stdout).toBe((await osiris(folder, "schema", "pipeline")).stdout);
  });

  test("says where it wrote to in a document, too", async () => {
    const folder = project({});
    const { stdout } = await osiris(folder, "schema", "spec", "--out", "s.json", "--json");
    const { file } = JSON.parse(stdout) as { readonly file: string };
    expect(file.endsWith("s.json") && existsSync(file)).toBe(true);
  });

  test("knows osiris.yaml where osiris.yaml is broken", async () => {
    const folder = project({ "osiris.yaml": "drvers: []\n" });
    expect((await osiris(folder, "schema", "project")).exitCode).toBe(0);
    expect((await osiris(folder, "schema", "pipeline")).exitCode).toBe(2);
  });

  test.each([
    ["an unknown kind", ["manifest"], /Allowed choices are pipeline, spec, project, connections/],
    ["a folder to write to", ["--out", "here"], /error: .*EISDIR.*\n.*Name a file/],
    ["a folder below a file", ["--out", "file/schema.json"], /error: .*(ENOTDIR|EEXIST)/],
  ])("refuses %s, and leaves nothing behind", async (_name, args, says) => {
    const folder = project({ "here/x": "", file: "" });
    const { exitCode, stdout, stderr } = await osiris(folder, "schema", ...args);
    expect(stderr).toMatch(says);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(readdirSync(folder).toSorted()).toEqual(["file", "here"]);
    expect(JSON.parse((await osiris(folder, "schema", ...args, "--json")).stdout)).toMatchObject({
      status: "error",
      category: "usage",
    });
  });
});

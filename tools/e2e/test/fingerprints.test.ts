import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osirisWith } from "../src/osiris.ts";
import { pipeline, project, REPOSITORY } from "../src/project.ts";

const KINDS = ["oml", "params", "components", "compiler", "manifest"] as const;
type Fingerprints = Readonly<Record<(typeof KINDS)[number], string>>;

const OML = pipeline(
  "  - { id: one, component: x.one, mode: read, config: { a: '${params.p}', connection: '@x.main' } }\n",
  "params: { p: 1 }\nprofiles: { other: {} }\n",
);

function xProject(): string {
  const spec = {
    "x-connection-fields": ["b"],
    configSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string" } } },
  };
  return project({
    "package.json": projectManifest("osiris-driver-x"),
    ...driverPackage("osiris-driver-x", [{ name: "x.one", mode: "extract", inputs: "none", run: "", spec }]),
    "pipeline.yaml": OML,
    "osiris_connections.yaml": "connections: { x: { main: { b: '${B}' } } }\n",
  });
}

async function fingerprints(folder: string, ...args: readonly string[]): Promise<Fingerprints> {
  const { exitCode, stderr } = await osirisWith(
    { B: "b" },
    folder,
    "compile",
    "pipeline.yaml",
    "--out",
    "build",
    ...args,
  );
  if (exitCode !== 0) throw new Error(stderr);
  const manifest = parse(readFileSync(join(folder, "build/manifest.yaml"), "utf8")) as {
    fingerprints: Fingerprints;
  };
  return manifest.fingerprints;
}

const differing = (a: Fingerprints, b: Fingerprints): readonly string[] =>
  KINDS.filter((kind) => a[kind] !== b[kind]);

function edit(folder: string, file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(path, text.replace(from, to));
}

const PACKAGE = "node_modules/osiris-driver-x";

describe("a fingerprint changes exactly when its kind does", () => {
  const changes: readonly (readonly [
    what: string,
    file: string | undefined,
    from: string,
    to: string,
    changed: readonly string[],
    args: readonly string[],
  ])[] = [
    ["the pipeline", "pipeline.yaml", "id: one", "id: two", ["oml", "manifest"], []],
    ["its layout and comments", "pipeline.yaml", "steps:", "# so\nsteps:  ", [], []],
    ["a parameter", undefined, "", "", ["params", "manifest"], ["--param", "p=2"]],
    ["the profile", undefined, "", "", ["params", "manifest"], ["--profile", "other"]],
    ["a spec", `${PACKAGE}/0.yaml`, "For tests.", "For others.", ["components", "manifest"], []],
    ["a driver's version", `${PACKAGE}/package.json`, '"0.3.0"', '"0.3.1"', ["components", "manifest"], []],
    ["a driver's code", `${PACKAGE}/driver.js`, "export", "/* so */ export", [], []],
    ["the connections", "osiris_connections.yaml", "${B}", "${B:-other}", [], []],
  ];

  test.each(changes)("%s", async (_what, file, from, to, changed, args) => {
    const folder = xProject();
    const before = await fingerprints(folder);
    if (file !== undefined) edit(folder, file, from, to);
    expect(differing(before, await fingerprints(folder, ...args))).toEqual(changed);
  });

  test("where the project and its drivers lie", async () => {
    expect(differing(await fingerprints(xProject()), await fingerprints(xProject()))).toEqual([]);
  });

  test("the compiler's own format", () => {
    const folder = project({ "compile.mjs": COMPILE });
    for (const name of ["now", "next"]) {
      cpSync(join(REPOSITORY, "packages/compiler/dist"), join(folder, name), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "junction");
    edit(folder, "next/index.js", "MANIFEST_VERSION = 3", "MANIFEST_VERSION = 4");
    const compiled = (name: string): Fingerprints => {
      const args = ["compile.mjs", `./${name}/index.js`];
      return JSON.parse(
        execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }),
      ) as Fingerprints;
    };
    expect(differing(compiled("now"), compiled("next"))).toEqual(["compiler", "manifest"]);
  });
});

/** Compiles one pipeline with the compiler that it is given. */
const COMPILE = `
const { compile } = await import(process.argv[2]);
const spec = {
  name: "a.b", version: "1.0.0", title: "T", description: "D", modes: ["extract"], inputs: "none",
  configSchema: { type: "object", properties: {} }, examples: [], "x-runtime": { driver: "./d.js#d" },
};
const result = await compile({
  text: 'oml_version: "0.1.0"\\nname: p\\nsteps: [{ id: one, component: a.b, mode: read }]\\n',
  file: "p.yaml",
  components: {
    installed: new Map([["a.b", { spec, package: "p", packageVersion: "1.0.0" }]]),
    denied: new Set(),
    loadDriver: async () => ({ run() {} }),
  },
});
console.log(JSON.stringify(result.pipeline.manifest.fingerprints));
`;

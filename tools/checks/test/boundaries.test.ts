import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARROWS, checkBoundaries, ONE_HOME } from "../src/boundaries.ts";
import { tempFolder } from "../src/temp-folder.ts";
import { readPackages, REPOSITORY } from "../src/workspace.ts";

describe("this repository", () => {
  test("imports only along the arrows, and only what it declares", () => {
    expect(checkBoundaries(REPOSITORY).join("\n")).toBe("");
  });

  test("has every package that the table names", () => {
    const folders = readPackages(REPOSITORY).map(({ folder }) => folder);
    const named = [...Object.entries(ARROWS).flat(2), ...Object.values(ONE_HOME)];
    const missing = named.filter((name) => name.startsWith("packages/") && !folders.includes(name));
    expect(missing).toEqual([]);
  });
});

const manifest = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: "1.0.0", exports: { ".": "./dist/index.js" }, ...more });

/**
 * A small copy of this repository's shape. What a case imports is declared, so that only the rule the case is about
 * can refuse it.
 */
const HOUSE: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "root", workspaces: ["packages/*", "components/*"] }),
  "packages/core/package.json": manifest("@osiris/core", {
    dependencies: { "@osiris/runtime": "1", "@duckdb/node-api": "1" },
  }),
  "packages/runtime/package.json": manifest("@osiris/runtime", { dependencies: { "@osiris/core": "1" } }),
  "components/alpha/package.json": manifest("@osiris/driver-alpha", {
    exports: { ".": "./dist/index.js", "./*/spec.yaml": "./*/spec.yaml" },
    dependencies: { "@osiris/runtime": "1", "@osiris/driver-beta": "1", "@duckdb/node-api": "1", pg: "8" },
    peerDependencies: { "@osiris/core": "1" },
    devDependencies: { "@osiris/driver-gamma": "1", nock: "1" },
  }),
  "components/beta/package.json": manifest("@osiris/driver-beta"),
  "components/gamma/package.json": manifest("@osiris/driver-gamma"),
};

function check(files: Readonly<Record<string, string>>): readonly string[] {
  const root = tempFolder();
  for (const [file, content] of Object.entries({ ...HOUSE, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return checkBoundaries(root);
}

describe("is allowed", () => {
  const allowed: Readonly<Record<string, readonly [file: string, source: string]>> = {
    "the contract": ["components/alpha/src/a.ts", 'import type { Driver } from "@osiris/core";'],
    "a declared dependency, at any depth": ["components/alpha/src/a.ts", 'import "pg/lib/x.js";'],
    "what Node brings": ["components/alpha/src/a.ts", 'import "node:fs"; import "path";'],
    "a neighbour file": ["components/alpha/src/sql/a.ts", 'export * from "../b.ts";'],
    "DuckDB in core": ["packages/core/src/a.ts", 'import "@duckdb/node-api";'],
    "a development dependency in a test": [
      "components/alpha/test/a.test.ts",
      'import "nock"; import "@osiris/driver-gamma";',
    ],
    "vitest in a test": ["components/alpha/test/a.test.ts", 'import { test } from "vitest";'],
    "an import in a comment or a text": [
      "components/alpha/src/a.ts",
      '// import "@osiris/runtime";\nexport const text = \'import "@osiris/runtime"\';',
    ],
    "built output": ["components/alpha/dist/a.js", 'import "@osiris/runtime";'],
  };
  test.for(Object.entries(allowed))("%s", ([, [file, source]]) => {
    expect(check({ [file]: source })).toEqual([]);
  });
});

describe("is refused", () => {
  const RUNTIME =
    '"@osiris/runtime": components/alpha may import packages/core, packages/http, not packages/runtime';
  const refused: Readonly<Record<string, readonly [file: string, source: string, violation: string]>> = {
    "a component that imports the runtime": [
      "components/alpha/src/a.ts",
      'export const a = 1;\n\nimport { run } from "@osiris/runtime";',
      `components/alpha/src/a.ts:3 imports ${RUNTIME}`,
    ],
    "… for its types": [
      "components/alpha/src/a.ts",
      'import type { Run } from "@osiris/runtime";',
      `components/alpha/src/a.ts:1 imports ${RUNTIME}`,
    ],
    "… for a type in passing": [
      "components/alpha/src/a.ts",
      'export let run: import("@osiris/runtime").Run;',
      `components/alpha/src/a.ts:1 imports ${RUNTIME}`,
    ],
    "… when it is needed": [
      "components/alpha/src/a.ts",
      "export const load = () =>\n  import(`@osiris/runtime`);",
      `components/alpha/src/a.ts:2 imports ${RUNTIME}`,
    ],
    "… to export it": [
      "components/alpha/src/a.ts",
      'export { run } from "@osiris/runtime";',
      `components/alpha/src/a.ts:1 imports ${RUNTIME}`,
    ],
    "… all of it": [
      "components/alpha/src/a.ts",
      'export * from "@osiris/runtime";',
      `components/alpha/src/a.ts:1 imports ${RUNTIME}`,
    ],
    "… by require": [
      "components/alpha/bin/a.cjs",
      'const path = require.resolve("@osiris/runtime");',
      `components/alpha/bin/a.cjs:1 imports ${RUNTIME}`,
    ],
    "… in a test that does not declare it for development": [
      "components/alpha/test/a.test.ts",
      'import "@osiris/runtime";',
      `components/alpha/test/a.test.ts:1 imports ${RUNTIME}`,
    ],
    "a component that imports another": [
      "components/alpha/src/a.ts",
      'import "@osiris/driver-beta";',
      'components/alpha/src/a.ts:1 imports "@osiris/driver-beta": components/alpha may import packages/core, packages/http, not components/beta',
    ],
    "a component that imports DuckDB": [
      "components/alpha/src/a.ts",
      'import { DuckDBInstance } from "@duckdb/node-api";',
      'components/alpha/src/a.ts:1 imports "@duckdb/node-api": only packages/core may import @duckdb/*',
    ],
    "a test that imports DuckDB": [
      "components/alpha/test/a.test.ts",
      'import "@duckdb/node-api";',
      'components/alpha/test/a.test.ts:1 imports "@duckdb/node-api": only packages/core may import @duckdb/*',
    ],
    "core that imports the runtime": [
      "packages/core/src/a.ts",
      'import "@osiris/runtime";',
      'packages/core/src/a.ts:1 imports "@osiris/runtime": packages/core may import no other package, not packages/runtime',
    ],
    "an import that is not declared": [
      "components/alpha/src/a.ts",
      'import ajv from "ajv/dist/2020.js";',
      'components/alpha/src/a.ts:1 imports "ajv/dist/2020.js": components/alpha/package.json has ajv neither in dependencies nor in peerDependencies',
    ],
    "an import that is declared for development only": [
      "components/alpha/src/a.ts",
      'import "nock";',
      'components/alpha/src/a.ts:1 imports "nock": components/alpha/package.json has nock neither in dependencies nor in peerDependencies',
    ],
    "an undeclared import in a test": [
      "components/alpha/test/a.test.ts",
      'import "ajv";',
      'components/alpha/test/a.test.ts:1 imports "ajv": components/alpha/package.json does not declare ajv',
    ],
    "a relative import that leaves the package": [
      "components/alpha/src/a.ts",
      'import "../../beta/src/index.ts";',
      'components/alpha/src/a.ts:1 imports "../../beta/src/index.ts": a relative import stays inside components/alpha; another package is imported by its name',
    ],
    "… from a test": [
      "packages/runtime/test/a.test.ts",
      'import "../../core/src/semaphore.ts";',
      'packages/runtime/test/a.test.ts:1 imports "../../core/src/semaphore.ts": a relative import stays inside packages/runtime; another package is imported by its name',
    ],
    "the built files of another package": [
      "components/alpha/src/a.ts",
      'import "@osiris/core/dist/semaphore.js";',
      'components/alpha/src/a.ts:1 imports "@osiris/core/dist/semaphore.js": the exports of packages/core do not name "./dist/semaphore.js"',
    ],
    "a package without a row in the table": [
      "packages/unheard-of/package.json",
      manifest("@osiris/unheard-of"),
      "packages/unheard-of/package.json: no row in ARROWS covers it",
    ],
  };
  test.for(Object.entries(refused))("%s", ([, [file, source, violation]]) => {
    expect(check({ [file]: source })).toEqual([violation]);
  });

  test("everything that is wrong, at once", () => {
    const violations = check({
      "components/alpha/src/a.ts": 'import "@osiris/runtime";\nimport "ajv";',
      "packages/core/src/a.ts": 'import "@osiris/runtime";',
    });
    expect(violations).toHaveLength(3);
  });
});

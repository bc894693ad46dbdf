import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { importsOf } from "./imports.ts";
import { readPackages, type Manifest, type Package } from "./workspace.ts";

/**
 * The arrows of the architecture: what ships in the folder on the left may import the packages on the right, and no
 * other package of this repository. A new package gets a row here, or the check refuses it.
 *
 * A test may also import what its package declares in devDependencies.
 */
export const ARROWS: Readonly<Record<string, readonly string[] | "any">> = {
  "packages/core": [],
  "packages/compiler": ["packages/core"],
  "packages/http": ["packages/core"],
  "packages/runtime": ["packages/compiler", "packages/core"],
  "packages/cli": ["packages/runtime", "packages/compiler", "packages/core"],

  // A connector knows the contract and nothing else: neither the runtime nor another connector.
  "components/*": ["packages/core", "packages/http"],

  // Private, shipped to nobody.
  "tools/*": "any",
};

/**
 * Modules with one home, tests included. Two copies of DuckDB's native library in one process crash it, so a driver
 * reaches DuckDB through its context only.
 */
export const ONE_HOME: Readonly<Record<string, string>> = { "@duckdb/": "packages/core" };

/** Violations, each as one line that says where, what and which rule. None: an empty list. */
export function checkBoundaries(root: string): readonly string[] {
  const packages = readPackages(root);
  return packages.flatMap((from) => {
    if (arrowsFrom(from) === undefined) return [`${from.folder}/package.json: no row in ARROWS covers it`];
    return sourceFiles(join(root, from.folder)).flatMap((path) => {
      const file = join(root, from.folder, path);
      return importsOf(readFileSync(file, "utf8"), file).flatMap(({ specifier, line }) => {
        const rule = brokenRule(specifier, { from, path, packages });
        return rule === undefined ? [] : [`${from.folder}/${path}:${line} imports "${specifier}": ${rule}`];
      });
    });
  });
}

interface Importer {
  readonly from: Package;
  /** The importing file, from its package's folder. */
  readonly path: string;
  readonly packages: readonly Package[];
}

/** The first rule that the import breaks, the one that says most about it. */
function brokenRule(specifier: string, importer: Importer): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (/^(\.|\/|file:)/.test(specifier)) return leavingThePackage(specifier, importer);
  const name = packageName(specifier);
  const target = importer.packages.find(({ manifest }) => manifest.name === name);
  return (
    againstTheArrows(target, importer) ??
    awayFromHome(specifier, importer) ??
    undeclared(name, importer) ??
    unexported(specifier, target)
  );
}

function leavingThePackage(specifier: string, { from, path }: Importer): string | undefined {
  const inside = !relative(".", join(dirname(path), specifier)).startsWith("..");
  if (specifier.startsWith(".") && inside) return undefined;
  return `a relative import stays inside ${from.folder}; another package is imported by its name`;
}

function againstTheArrows(target: Package | undefined, { from, path }: Importer): string | undefined {
  if (target === undefined || target.folder === from.folder) return undefined;
  const allowed = arrowsFrom(from);
  if (allowed === undefined || allowed === "any" || allowed.includes(target.folder)) return undefined;
  if (isTest(path) && target.manifest.name in (from.manifest.devDependencies ?? {})) return undefined;
  return `${from.folder} may import ${allowed.join(", ") || "no other package"}, not ${target.folder}`;
}

function awayFromHome(specifier: string, { from }: Importer): string | undefined {
  const prefix = Object.keys(ONE_HOME).find((prefix) => specifier.startsWith(prefix));
  if (prefix === undefined || ONE_HOME[prefix] === from.folder) return undefined;
  return `only ${ONE_HOME[prefix]} may import ${prefix}*`;
}

function undeclared(name: string, { from, path }: Importer): string | undefined {
  const { manifest } = from;
  if (name === manifest.name) return undefined;
  const shipped = manifest.private !== true && !isTest(path);
  if (name in { ...manifest.dependencies, ...manifest.peerDependencies }) return undefined;
  if (shipped)
    return `${from.folder}/package.json has ${name} neither in dependencies nor in peerDependencies`;
  // The root declares vitest for all.
  if (name === "vitest" || name in (manifest.devDependencies ?? {})) return undefined;
  return `${from.folder}/package.json does not declare ${name}`;
}

function unexported(specifier: string, target: Package | undefined): string | undefined {
  if (target === undefined) return undefined;
  const subpath = `.${specifier.slice(target.manifest.name.length)}`;
  if (exportsOf(target.manifest).some((entry) => matches(subpath, entry))) return undefined;
  return `the exports of ${target.folder} do not name "${subpath}"`;
}

function arrowsFrom({ folder }: Package): readonly string[] | "any" | undefined {
  return ARROWS[folder] ?? ARROWS[`${dirname(folder)}/*`];
}

function sourceFiles(folder: string): readonly string[] {
  return globSync("**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", {
    cwd: folder,
    exclude: (name) => ["node_modules", "dist"].includes(basename(name)),
  }).toSorted();
}

function isTest(path: string): boolean {
  return path.startsWith("test/");
}

/** `@scope/name` or `name`, of a specifier that may go deeper. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function exportsOf({ exports = {} }: Manifest): readonly string[] {
  return typeof exports === "string" ? ["."] : Object.keys(exports);
}

function matches(subpath: string, entry: string): boolean {
  const [before = "", after] = entry.split("*");
  if (after === undefined) return subpath === entry;
  return (
    subpath.length > before.length + after.length && subpath.startsWith(before) && subpath.endsWith(after)
  );
}

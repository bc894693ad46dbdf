import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { OsirisError } from "@osiris/core";
import { findUpwards } from "../config/find-upwards.ts";
import type { ProjectConfig } from "../config/project-config.ts";

/** A place from which packages are resolved, and the names worth looking at there. */
export interface PackageRoot {
  readonly folder: string;
  readonly candidates: readonly string[];
  /** True when the user named these packages: then a missing one is a problem worth reporting. */
  readonly explicit: boolean;
}

interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Where drivers are looked for, nearest first: what the project lists or depends on, then what stands beside the
 * command itself (npx, a global install). `node_modules` is never walked.
 */
export function packageRoots(cwd: string, cliFolder: string, project: ProjectConfig): readonly PackageRoot[] {
  const roots: PackageRoot[] = [];
  if (project.drivers !== undefined && project.folder !== undefined) {
    roots.push({ folder: project.folder, candidates: project.drivers, explicit: true });
  } else {
    const folder = findUpwards(cwd, "package.json");
    if (folder !== undefined) roots.push(dependenciesOf(folder));
  }
  roots.push(besideCli(cliFolder));
  return roots;
}

function besideCli(cliFolder: string): PackageRoot {
  const project = findUpwards(dirname(cliFolder), "package.json");
  if (project !== undefined) return dependenciesOf(project);
  const modules = nodeModulesAbove(cliFolder);
  if (modules === undefined) return { folder: cliFolder, candidates: [], explicit: false };
  return { folder: dirname(modules), candidates: driverNamesIn(modules), explicit: false };
}

function dependenciesOf(folder: string): PackageRoot {
  const { dependencies, devDependencies, optionalDependencies } = readManifest(join(folder, "package.json"));
  const candidates = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return { folder, candidates, explicit: false };
}

function readManifest(file: string): PackageManifest {
  try {
    // Some editors begin files with a byte order mark; npm reads those, too.
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    if (typeof manifest === "object" && manifest !== null) return manifest;
  } catch (error) {
    throw badProject(file, error instanceof Error ? error.message : String(error));
  }
  throw badProject(file, "it holds no JSON object");
}

function badProject(file: string, why: string): OsirisError {
  return new OsirisError({ code: "project.invalid", category: "usage", message: `${file}: ${why}` });
}

function nodeModulesAbove(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (basename(at) === "node_modules") return at;
  }
  return undefined;
}

/** A global install has no package.json to ask: one listing, and only names that are drivers by convention. */
function driverNamesIn(modules: string): readonly string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.name.startsWith("@")) return entry.name.startsWith("osiris-driver-") ? [entry.name] : [];
    return readdirSync(join(modules, entry.name))
      .filter((name) => /^(osiris-)?driver-/.test(name))
      .map((name) => `${entry.name}/${name}`);
  });
}

/** The package.json of `name` as Node would find it from `folder`; undefined when it is not installed. */
export function resolvePackageJson(name: string, folder: string): string | undefined {
  const from = join(folder, "package.json");
  try {
    return createRequire(from).resolve(`${name}/package.json`);
  } catch {
    // Not installed, or its exports hide package.json: the second look tells the two apart.
  }
  try {
    const found = findPackageJSON(name, pathToFileURL(from));
    return found !== undefined && existsSync(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

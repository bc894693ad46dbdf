import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { resolvePackageJson } from "@osiris/runtime";
import { CLI_FOLDER, type Project } from "../project.ts";

/** What the doctor wants to know of a package.json. */
export interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package that takes part in runs. */
export interface InstalledPackage {
  readonly name: string;
  readonly folder: string;
  readonly packageJson: PackageJson;
}

/** The packages that bring the components which can be used here. */
export function driverPackages({ catalog }: Project): readonly InstalledPackage[] {
  const folders = new Set([...catalog.components.values()].map(({ packageFolder }) => packageFolder));
  return [...folders].map(readPackage);
}

/** The command's own packages. */
export function ownPackages(): readonly InstalledPackage[] {
  const others = ["@osiris/runtime", "@osiris/compiler"].flatMap((name) => find(name, CLI_FOLDER) ?? []);
  return [readPackage(CLI_FOLDER), ...others];
}

/** The package that Node finds by a name from a folder; undefined when there is none. */
export function find(name: string, folder: string): InstalledPackage | undefined {
  const file = resolvePackageJson(name, folder);
  return file === undefined ? undefined : readPackage(realpathSync(dirname(file)));
}

function readPackage(folder: string): InstalledPackage {
  const text = readFileSync(`${folder}/package.json`, "utf8").replace(/^\uFEFF/, "");
  const packageJson = JSON.parse(text) as PackageJson;
  return { name: packageJson.name ?? folder, folder, packageJson };
}

import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The repository this file is part of. */
export const REPOSITORY = resolve(import.meta.dirname, "../../..");

/** A package.json, as far as the checks look at it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly keywords?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports?: string | Readonly<Record<string, unknown>>;
  readonly repository?: { readonly directory?: string };
  readonly publishConfig?: { readonly access?: string };
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly osiris?: { readonly contract: number; readonly components: readonly string[] };
}

export interface Package {
  /** From the root of the repository, such as `components/csv`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The packages of the workspace whose root is `root`, by folder. */
export function readPackages(root: string): readonly Package[] {
  const globs = (readManifest(root).workspaces ?? []).map((glob) => `${glob}/package.json`);
  return globSync(globs, { cwd: root })
    .map((file) => dirname(file))
    .toSorted()
    .map((folder) => ({ folder, manifest: readManifest(join(root, folder)) }));
}

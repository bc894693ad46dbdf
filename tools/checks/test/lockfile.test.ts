import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inFreshShell } from "../src/fresh-shell.ts";
import { tempFolderForFile } from "../src/temp-folder.ts";
import { readManifest, readPackages, REPOSITORY } from "../src/workspace.ts";

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}
interface LockedPackage {
  readonly resolved?: string;
  readonly hasInstallScript?: true;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const lockfile = JSON.parse(readFileSync(join(REPOSITORY, "package-lock.json"), "utf8")) as Lockfile;
const entries = Object.entries(lockfile.packages);

describe("npm ci works from package-lock.json on", () => {
  const copy = tempFolderForFile();

  beforeAll(() => {
    const folders = readPackages(REPOSITORY).map(({ folder }) => `${folder}/package.json`);
    for (const file of ["package.json", "package-lock.json", ".npmrc", ...folders]) {
      cpSync(join(REPOSITORY, file), join(copy, file));
    }
  });

  test.for([
    ["darwin", "arm64"],
    ["darwin", "x64"],
    ["linux", "arm64"],
    ["linux", "x64"],
    ["win32", "x64"],
  ] as const)("%s-%s", async ([os, cpu]) => {
    const dryRun = `npm ci --dry-run --ignore-scripts --os=${os} --cpu=${cpu}`;
    const added = await inFreshShell(dryRun, copy);
    expect(added).toMatch(new RegExp(`^add @duckdb/node-bindings-${os}-${cpu} `, "m"));
  });
});

test("every build for some platform that a locked package names is locked too", () => {
  // npm leaves out of a lockfile what the registry did not have on that day. Some such lockfiles it refuses; from
  // others it installs a tool without its binary.
  const named = entries.flatMap(([, locked]) => Object.keys(locked.optionalDependencies ?? {}));
  const isLocked = (name: string): boolean => entries.some(([path]) => path.endsWith(`node_modules/${name}`));
  expect([...new Set(named)].filter((name) => !isLocked(name))).toEqual([]);
});

test("package-lock.json names no host: packages come from whatever registry npm is set to", () => {
  const elsewhere = entries.filter(([, { resolved }]) => resolved?.includes("//"));
  expect(elsewhere.map(([path, { resolved }]) => `${path}: ${resolved}`)).toEqual([]);
});

test("every install script is allowed or denied, by a name without a version", () => {
  // npm matches a version against the resolved URL, which this lockfile leaves out.
  const reviewed = readManifest(REPOSITORY).allowScripts ?? {};
  const withScript = entries.filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = withScript.map(([path]) => path.replace(/^.*node_modules\//, ""));
  expect(names.filter((name) => !(name in reviewed))).toEqual([]);
});

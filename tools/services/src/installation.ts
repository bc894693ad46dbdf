import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

import { serverAccount } from "./account.ts";
import { run } from "./run.ts";

/** A server's programs on this machine, seen to run. */
export interface Installation<Program extends string> {
  /** What the first program says of itself. */
  readonly version: string;
  readonly program: (name: Program) => string;
  /** What the programs need in their environment, such as where their libraries are. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder that `usr` is in: `/`, or where packages were unpacked. */
  readonly root: string;
}

/** Why a way leads to no server here, in words for the person who runs the suite. */
export interface Absent {
  readonly absent: string;
}

export interface Search<Program extends string> {
  readonly programs: readonly [Program, ...Program[]];
  /** Absolute, or below `root`; may hold one `*` as the name of a folder, of which the last one wins. */
  readonly folders: readonly string[];
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Finds the programs, and runs the first one as the account that servers run as. */
export async function findInstallation<Program extends string>(
  search: Search<Program>,
): Promise<Installation<Program> | Absent> {
  const { root, environment } = search;
  const folders = search.folders.flatMap((pattern) => expand(path.join(root, pattern)));
  const find = (name: Program): string | undefined =>
    folders.map((folder) => path.join(folder, name)).find(isProgram);
  const program = (name: Program): string => {
    const file = find(name);
    if (file === undefined) throw new Error(`cannot find ${name} any more`);
    return file;
  };
  const missing = search.programs.filter((name) => find(name) === undefined);
  if (missing.length > 0) return { absent: `no ${missing.join(", ")} there` };

  const version = await run(program(search.programs[0]), ["--version"], {
    timeout: 10_000,
    as: serverAccount(),
    env: environment,
  });
  if (!version.ok) return { absent: version.why };
  return { version: version.stdout.trim(), program, environment, root };
}

/** PATH, and where systems put servers that are not for everybody's PATH. */
export function pathFolders(): readonly string[] {
  const listed = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  return [...listed, "/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
}

function expand(pattern: string): readonly string[] {
  const [before, after] = pattern.split("*");
  if (before === undefined || after === undefined) return [pattern];
  return namesIn(before)
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => path.join(before, name, after));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(realpathSync(file)).isFile();
  } catch {
    return false;
  }
}

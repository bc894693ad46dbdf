import { readdir, stat } from "node:fs/promises";
import type { Dirent } from "node:fs";
import { join } from "node:path";

/** How far one looks: a folder of data may hold a million files, and a user waits. */
export const MAX_DEPTH = 8;
export const MAX_FOLDERS = 1000;
export const MAX_FILES = 500;

export interface FoundFiles {
  /** From the folder, with `/`; sorted. */
  readonly names: readonly string[];
  /** Why there may be more. */
  readonly incomplete?: string;
}

/** The files below `folder` whose names match; hidden ones are left out, and links to folders not followed. */
export async function walkFolder(folder: string, match: RegExp, signal: AbortSignal): Promise<FoundFiles> {
  const names: string[] = [];
  const queue: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  const unseen = new Set<string>();
  for (let visited = 0; queue.length > 0 && names.length <= MAX_FILES; visited++) {
    signal.throwIfAborted();
    if (visited === MAX_FOLDERS) unseen.add(`only ${MAX_FOLDERS} folders were looked into`);
    if (visited >= MAX_FOLDERS) break;
    const { path, depth } = queue.shift() as (typeof queue)[number];
    for (const entry of await entriesIn(join(folder, path), path, unseen)) {
      if (entry.name.startsWith(".")) continue;
      const name = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) queue.push({ path: name, depth: depth + 1 });
        else unseen.add(`folders more than ${MAX_DEPTH} levels down were left out`);
      } else if (match.test(entry.name) && (await isFile(entry, join(folder, name)))) {
        names.push(name);
      }
    }
  }
  if (names.length > MAX_FILES) unseen.add(`only ${MAX_FILES} files are listed`);
  const sorted = names.slice(0, MAX_FILES).toSorted();
  return { names: sorted, ...(unseen.size === 0 ? {} : { incomplete: [...unseen].join("; ") }) };
}

async function entriesIn(folder: string, name: string, unseen: Set<string>): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // The folder itself must be readable; one below it is a gap.
    if (name === "") throw error;
    unseen.add(`${name} could not be read (${(error as NodeJS.ErrnoException).code})`);
    return [];
  }
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return (await stat(path)).isFile();
  } catch {
    // A link that leads nowhere is no file.
    return false;
  }
}

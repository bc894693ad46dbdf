import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProjectFiles } from "./examples.ts";

export interface WrittenFiles {
  readonly created: readonly string[];
  /** Those that were there before, and are as they were. */
  readonly kept: readonly string[];
}

/** Writes the files that are not there yet. None is ever overwritten. */
export function writeNewFiles(folder: string, files: ProjectFiles): WrittenFiles {
  const created: string[] = [];
  const kept: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    (writeNew(file, text) ? created : kept).push(name);
  }
  return { created, kept };
}

function writeNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

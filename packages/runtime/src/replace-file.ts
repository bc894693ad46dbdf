import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes a file whole, over the one that is there: a reader, and a crash, finds the old one or the new one. */
export function replaceFile(file: string, text: string): void {
  const partial = `${file}.part`;
  try {
    writeFileSync(partial, text, { flush: true });
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a text file whole, over the one that is there, and the folders above it: a reader, and a crash, finds the old one
 * or the new one.
 */
export function replaceFile(file: string, text: string): void {
  const partial = hiddenPartial(file);
  try {
    writeFileSync(partial, text, { flush: true });
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** A path beside the file that only this process uses, in a folder that exists. */
export function hiddenPartial(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  return join(dirname(file), `.${basename(file)}.${process.pid}.part`);
}

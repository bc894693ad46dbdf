import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Writes a text file, and the folders above it. Nobody sees half of it: there is the old file, then the new one. */
export function replaceFile(file: string, text: string): void {
  const partial = partialFile(file);
  try {
    writeFileSync(partial, text);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** The same, of a text that comes in pieces and may be larger than memory. */
export async function streamToFile(file: string, chunks: AsyncIterable<string>): Promise<void> {
  const partial = partialFile(file);
  try {
    const descriptor = openSync(partial, "w");
    try {
      for await (const chunk of chunks) writeAll(descriptor, Buffer.from(chunk, "utf8"));
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** A full disk takes a part of a write before it refuses. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/** A path beside the file, in a folder that exists. */
function partialFile(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  return join(dirname(file), `.${basename(file)}.${process.pid}.part`);
}

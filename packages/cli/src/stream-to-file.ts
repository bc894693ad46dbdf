import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { hiddenPartial } from "@osiris/runtime";

/** Writes a file whole, as replaceFile() does, of a text that comes in pieces and may be larger than memory. */
export async function streamToFile(file: string, chunks: AsyncIterable<string>): Promise<void> {
  const partial = hiddenPartial(file);
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

import { closeSync, openSync, readSync } from "node:fs";
import { MAX_FILE_CHARACTERS } from "@osiris/compiler";

/** One more than a file can have that is not refused for its size: a UTF-16 unit takes three bytes at most. */
const MAX_BYTES = 3 * MAX_FILE_CHARACTERS + 1;
const CHUNK = 1024 * 1024;

/**
 * The text of a file for the compiler, of a huge one only as much as it takes to refuse it.
 * @throws TypeError when it is not UTF-8 and `fatal`
 */
export function readSourceText(file: string, { fatal }: { readonly fatal: boolean }): string {
  const bytes = readAtMost(file, MAX_BYTES);
  // What was cut off may begin in the middle of a character.
  const stream = bytes.length === MAX_BYTES;
  return new TextDecoder("utf-8", { fatal, ignoreBOM: true }).decode(bytes, { stream });
}

/** The first bytes of a file. Not by its size, which pipes and devices do not have. */
export function readAtMost(file: string, limit: number): Buffer {
  const chunks: Buffer[] = [];
  const descriptor = openSync(file, "r");
  try {
    for (let left = limit; left > 0;) {
      const chunk = Buffer.alloc(Math.min(CHUNK, left));
      const length = readSync(descriptor, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      left -= length;
    }
  } finally {
    closeSync(descriptor);
  }
  return Buffer.concat(chunks);
}

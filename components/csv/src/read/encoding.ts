import { isAscii, isUtf8 } from "node:buffer";
import { notInEncoding } from "./file-errors.ts";
import type { InputFile } from "./find-files.ts";

/**
 * @param firstLine the number of the line that `bytes` begin with; they end with a whole record
 * @throws OsirisError that names the first line with bytes that are no text in the file's encoding
 */
export function assertEncoded(bytes: Buffer, firstLine: number, { path, format }: InputFile): void {
  const isRight = format.encoding === "ascii" ? isAscii : isUtf8;
  if (isRight(bytes)) return;
  let line = firstLine;
  for (let at = 0; at < bytes.length; line++) {
    const next = bytes.indexOf("\n", at);
    const end = next === -1 ? bytes.length : next + 1;
    if (!isRight(bytes.subarray(at, end))) break;
    at = end;
  }
  throw notInEncoding(path, format.encoding, line);
}

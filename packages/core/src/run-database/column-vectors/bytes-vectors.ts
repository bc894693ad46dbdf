import type { Cell } from "../../contract.ts";
import { INLINE_BYTES, STRING_BYTES, STRING_WORDS } from "../formats/string-layout.ts";
import { FarStrings } from "./far-strings.ts";
import { nullable, validityBits, vectorBytes, type OpenVector } from "./read-cell.ts";

/** Different short strings of a vector that are remembered: a power of two. */
const REMEMBERED = 256;

/** Strings of UTF-8. */
export const textVector: OpenVector = (vector, rows) => {
  const data = vectorBytes(vector, rows * STRING_BYTES);
  const words = new Uint32Array(data);
  const inline = inlineTexts(data, words);
  const bits = validityBits(vector, rows);
  const far = new FarStrings(data, bits, rows);
  return nullable(bits, (row) =>
    (words[row * STRING_WORDS] as number) <= INLINE_BYTES ? inline(row) : far.bytes(row).toString("utf8"),
  );
};

/** Strings of bytes; `decode` gets a copy of its own. */
export function binaryVector(decode: (bytes: Uint8Array) => Cell): OpenVector {
  return (vector, rows) => {
    const data = vectorBytes(vector, rows * STRING_BYTES);
    const words = new Uint32Array(data);
    const bits = validityBits(vector, rows);
    const far = new FarStrings(data, bits, rows);
    return nullable(bits, (row) => {
      const length = words[row * STRING_WORDS] as number;
      const start = row * STRING_BYTES + 4;
      if (length <= INLINE_BYTES) return decode(new Uint8Array(data.slice(start, start + length)));
      return decode(new Uint8Array(far.bytes(row)));
    });
  };
}

/**
 * Short strings repeat, in columns of flags and codes above all: the ones met last are found again by their bytes, which
 * takes less time than making a string.
 */
function inlineTexts(data: ArrayBuffer, words: Uint32Array): (row: number) => string {
  const bytes = Buffer.from(data);
  const rows = new Int32Array(REMEMBERED).fill(-1);
  const texts: string[] = [];
  return (row) => {
    const at = row * STRING_WORDS;
    const first = words[at + 1] as number;
    const second = words[at + 2] as number;
    const third = words[at + 3] as number;
    const slot =
      (Math.imul(first ^ Math.imul(second, 31) ^ Math.imul(third, 961), 0x9e37_79b1) >>> 24) &
      (REMEMBERED - 1);
    const known = (rows[slot] as number) * STRING_WORDS;
    const length = words[at] as number;
    if (
      known >= 0 &&
      words[known] === length &&
      words[known + 1] === first &&
      words[known + 2] === second &&
      words[known + 3] === third
    ) {
      return texts[slot] as string;
    }
    const start = row * STRING_BYTES + 4;
    const text = bytes.toString("utf8", start, start + length);
    rows[slot] = row;
    texts[slot] = text;
    return text;
  };
}

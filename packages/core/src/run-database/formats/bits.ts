import { Misfit } from "./misfit.ts";

/** Text of 0 and 1 as DuckDB stores BIT: a byte that counts the padding, then the bits behind that many ones. */
export function bitsToBytes(text: string): Uint8Array {
  if (!/^[01]+$/.test(text)) throw new Misfit(text, "BIT", "a string of 0 and 1, at least one");
  const padding = (8 - (text.length % 8)) % 8;
  const padded = "1".repeat(padding) + text;
  const bytes = new Uint8Array(1 + padded.length / 8);
  bytes[0] = padding;
  for (let at = 1; at < bytes.length; at++) bytes[at] = Number.parseInt(padded.slice(at * 8 - 8, at * 8), 2);
  return bytes;
}

export function bytesToBits(bytes: Uint8Array): string {
  const [padding = 0, ...packed] = bytes;
  return packed
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(padding);
}

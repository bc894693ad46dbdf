import { Misfit } from "./misfit.ts";

const UUID_TEXT = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** DuckDB flips the first bit, so that its signed integers sort like the texts. */
const FIRST_BIT = 1n << 127n;

export function parseUuid(text: string): bigint {
  if (!UUID_TEXT.test(text)) throw new Misfit(text, "UUID", "32 hexadecimal digits in groups of 8-4-4-4-12");
  return BigInt.asIntN(128, BigInt(`0x${text.replaceAll("-", "")}`) ^ FIRST_BIT);
}

export function formatUuid(stored: bigint): string {
  const hex = BigInt.asUintN(128, stored ^ FIRST_BIT)
    .toString(16)
    .padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

import { Misfit } from "./misfit.ts";

/** The three bytes before the magnitude hold its length in 23 bits; the first bit is set for numbers from 0 up. */
const HEADER_BYTES = 3;
const NOT_NEGATIVE = 0x80_0000;
const MOST_BYTES = 0x7f_ffff;

/** An integer as DuckDB stores BIGNUM: header and magnitude, big-endian, all bits flipped when negative. */
export function bignumToBytes(value: bigint): Uint8Array {
  const negative = value < 0n;
  const hex = (negative ? -value : value).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  if (magnitude.length > MOST_BYTES) throw new Misfit(value, "BIGNUM", `at most ${MOST_BYTES} bytes`);
  const bytes = Buffer.alloc(HEADER_BYTES + magnitude.length);
  bytes.writeUIntBE(NOT_NEGATIVE | magnitude.length, 0, HEADER_BYTES);
  bytes.set(magnitude, HEADER_BYTES);
  return negative ? bytes.map((byte) => ~byte) : bytes;
}

export function bytesToBignum(bytes: Uint8Array): bigint {
  const negative = ((bytes[0] ?? 0) & 0x80) === 0;
  const magnitude = bytes.subarray(HEADER_BYTES).map((byte) => (negative ? ~byte : byte));
  const value = BigInt(`0x${Buffer.from(magnitude).toString("hex") || "0"}`);
  return negative ? -value : value;
}

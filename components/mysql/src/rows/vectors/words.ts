/** 64-bit numbers as two words of 32 bits, without a bigint. */

const WORD = 2 ** 32;
/** A million is 64 times this. */
const MILLIONTHS = 15_625;
/** What 2^32 is in units of 64. */
const WORD_IN_64 = 2 ** 26;

/** Writes a whole number of at most 2^53. */
export function writeSafeInteger(words: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / WORD);
  words[at] = value - high * WORD;
  words[at + 1] = high;
}

/** Writes seconds, at most 2^39 of them, and millionths as microseconds, which may be more than 2^53. */
export function writeMicroseconds(words: Int32Array, at: number, seconds: number, millionths: number): void {
  const in64 = seconds * MILLIONTHS;
  let high = Math.floor(in64 / WORD_IN_64);
  let low = (in64 - high * WORD_IN_64) * 64 + millionths;
  if (low >= WORD) {
    low -= WORD;
    high += 1;
  }
  words[at] = low;
  words[at + 1] = high;
}

import { fixedVector } from "./fixed.ts";
import { Validity, type ReadValue, type Vector } from "./vector.ts";
import { writeSafeInteger } from "./words.ts";

const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const WORD = 2 ** 32;
/** As many digits a double holds, whatever they are. */
const SAFE_DIGITS = 15;
/** A word times a number of so many digits, and a carry, is below 2^53. */
const STEP_DIGITS = 6;

/** DECIMAL(width, scale): its text becomes the unscaled number, without a bigint or a string. */
export function decimalVector(capacity: number, width: number, scale: number): Vector {
  const memory = decimalMemory(capacity, width);
  const bound = 10 ** Math.min(width, SAFE_DIGITS + 1);
  const read: ReadValue = (bytes, _view, at, row) => {
    const length = bytes[at] as number;
    const end = at + 1 + length;
    // The longest has a sign, a zero, a point and 38 digits, so that its length has one byte.
    if (!(length < 0xfb && end <= bytes.length)) throw new RangeError("a decimal ends behind its packet");
    const negative = bytes[at + 1] === MINUS;
    const from = negative ? at + 2 : at + 1;
    let value = 0;
    let point = end;
    for (let index = from; index < end; index++) {
      const digit = (bytes[index] as number) - ZERO;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === POINT - ZERO && point === end) point = index;
      else throw new RangeError("a decimal is none");
    }
    const hasPoint = point < end ? 1 : 0;
    const missing = scale - (end - point - hasPoint);
    const digits = end - from - hasPoint;
    if (missing < 0 || digits === 0) throw new RangeError("a decimal has other decimals than its column");
    if (digits + missing > SAFE_DIGITS) memory.writeDigits(row, bytes, from, end, missing, negative);
    else {
      for (let index = 0; index < missing; index++) value *= 10;
      if (value >= bound) throw tooLong();
      memory.write(row, negative ? -value : value);
    }
    return end;
  };
  const order = (row: number): bigint => memory.order(row);
  return fixedVector(
    { values: memory.values, width: memory.width, validity: new Validity(capacity) },
    { read, order, value: (row) => decimalText(order(row), scale) },
  );
}

interface DecimalMemory {
  readonly values: { readonly buffer: ArrayBuffer };
  /** Bytes of a value. */
  readonly width: number;
  /** Of at most {@link SAFE_DIGITS}. */
  write(row: number, value: number): void;
  /** A number that a double does not hold: digits, with a point perhaps, and zeros that are missing behind them. */
  writeDigits(
    row: number,
    bytes: Uint8Array,
    from: number,
    end: number,
    missing: number,
    negative: boolean,
  ): void;
  order(row: number): bigint;
}

function decimalMemory(capacity: number, digits: number): DecimalMemory {
  if (digits <= 4) return smallMemory(new Int16Array(capacity));
  if (digits <= 9) return smallMemory(new Int32Array(capacity));
  return digits <= 18 ? largeMemory(capacity, 2, digits) : largeMemory(capacity, 4, digits);
}

function smallMemory(values: Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer>): DecimalMemory {
  return {
    values,
    width: values.BYTES_PER_ELEMENT,
    write: (row, value) => {
      values[row] = value;
    },
    writeDigits: () => {
      throw tooLong();
    },
    order: (row) => BigInt(values[row] as number),
  };
}

/** Numbers of two or four words. */
function largeMemory(capacity: number, wordCount: 2 | 4, digits: number): DecimalMemory {
  const words = new Int32Array(capacity * wordCount);
  const longs = new BigInt64Array(words.buffer);
  return {
    values: words,
    width: 4 * wordCount,
    write: (row, value) => {
      const at = row * wordCount;
      writeSafeInteger(words, at, value);
      if (wordCount === 4) words.fill(value < 0 ? -1 : 0, at + 2, at + 4);
    },
    writeDigits: (row, bytes, from, end, missing, negative) => {
      const number = words.subarray(row * wordCount, (row + 1) * wordCount);
      parseDigits(number, bytes, from, end, missing, digits);
      if (negative) negate(number);
    },
    order: (row) =>
      wordCount === 2
        ? (longs[row] as bigint)
        : ((longs[2 * row + 1] as bigint) << 64n) | BigInt.asUintN(64, longs[2 * row] as bigint),
  };
}

/** @throws RangeError when there are more than `width` digits */
function parseDigits(
  number: Int32Array,
  bytes: Uint8Array,
  from: number,
  end: number,
  missing: number,
  width: number,
): void {
  number.fill(0);
  let step = 0;
  let factor = 1;
  let digits = 0;
  for (let index = from; index < end + missing; index++) {
    if (index < end && bytes[index] === POINT) continue;
    const digit = index < end ? (bytes[index] as number) - ZERO : 0;
    if (digits > 0 || digit > 0) digits += 1;
    step = step * 10 + digit;
    factor *= 10;
    if (factor < 10 ** STEP_DIGITS) continue;
    multiplyAdd(number, factor, step);
    step = 0;
    factor = 1;
  }
  if (digits > width) throw tooLong();
  multiplyAdd(number, factor, step);
}

function multiplyAdd(number: Int32Array, factor: number, summand: number): void {
  let carry = summand;
  for (let index = 0; index < number.length; index++) {
    const product = ((number[index] as number) >>> 0) * factor + carry;
    carry = Math.floor(product / WORD);
    number[index] = product - carry * WORD;
  }
}

function negate(number: Int32Array): void {
  let carry = 1;
  for (let index = 0; index < number.length; index++) {
    const word = (~(number[index] as number) >>> 0) + carry;
    number[index] = word;
    carry = word === WORD ? 1 : 0;
  }
}

function tooLong(): RangeError {
  return new RangeError("a decimal has more digits than its column");
}

function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

import type { Cell } from "../../contract.ts";
import { formatDecimal } from "../formats/decimal.ts";
import { nullable, validityBits, vectorBytes, type OpenVector } from "./read-cell.ts";

interface Elements<Element> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): { readonly [row: number]: Element };
}

/** Values that an array of DuckDB's own width shows as they are. */
export function plainVector<Element extends Cell>(array: Elements<Element>): OpenVector {
  return (vector, rows) => {
    const values = new array(vectorBytes(vector, rows * array.BYTES_PER_ELEMENT));
    return nullable(validityBits(vector, rows), (row) => values[row] as Element);
  };
}

/** Values that are stored as an element of an array and shown as something else. */
export function codedVector<Element>(
  array: Elements<Element>,
  decode: (stored: Element) => Cell,
): OpenVector {
  return (vector, rows) => {
    const values = new array(vectorBytes(vector, rows * array.BYTES_PER_ELEMENT));
    return nullable(validityBits(vector, rows), (row) => decode(values[row] as Element));
  };
}

/** Integers of 128 bits; `high` is the array that knows whether the upper half has a sign. */
export function hugeVector(
  high: Elements<bigint>,
  decode: (stored: bigint) => Cell = (stored) => stored,
): OpenVector {
  return (vector, rows) => {
    const bytes = vectorBytes(vector, rows * 16);
    const lower = new BigUint64Array(bytes);
    const upper = new high(bytes);
    return nullable(validityBits(vector, rows), (row) =>
      decode(((upper[row * 2 + 1] as bigint) << 64n) | (lower[row * 2] as bigint)),
    );
  };
}

/** Decimals of up to 18 digits. Those that a number holds are written without the way round a bigint. */
export function decimal64Vector(scale: number): OpenVector {
  return (vector, rows) => {
    const bytes = vectorBytes(vector, rows * 8);
    const lower = new Uint32Array(bytes);
    const upper = new Int32Array(bytes);
    const whole = new BigInt64Array(bytes);
    return nullable(validityBits(vector, rows), (row) => {
      const unscaled = (upper[row * 2 + 1] as number) * 2 ** 32 + (lower[row * 2] as number);
      return formatDecimal(Number.isSafeInteger(unscaled) ? unscaled : (whole[row] as bigint), scale);
    });
  };
}

export const intervalVector: OpenVector = (vector, rows) => {
  const bytes = vectorBytes(vector, rows * 16);
  const parts = new Int32Array(bytes);
  const micros = new BigInt64Array(bytes);
  return nullable(validityBits(vector, rows), (row) => ({
    months: parts[row * 4] as number,
    days: parts[row * 4 + 1] as number,
    micros: micros[row * 2 + 1] as bigint,
  }));
};

export const nullVector: OpenVector = () => () => null;

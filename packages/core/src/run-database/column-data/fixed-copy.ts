import nb from "@duckdb/node-bindings";
import type { ColumnData } from "../../contract.ts";
import { VECTOR_ROWS } from "../column-buffers/column-buffer.ts";
import { Memory } from "../column-buffers/fixed-buffer.ts";
import { Misfit } from "../formats/misfit.ts";
import { assertLength, assertOwnMemory, UnusableData, type ColumnCopy } from "./column-copy.ts";
import { copyNulls, isNull, nullBits, type NullBits } from "./null-bits.ts";

/** A type for which any bits are a value: the memory goes over as it is. */
export class FixedCopy implements ColumnCopy {
  readonly #width: number;

  /** `width` is the bytes of one value. */
  constructor(width: number) {
    this.#width = width;
  }

  copy(vector: nb.Vector, data: ColumnData, rows: number): number {
    const values = valuesOf(data, rows * this.#width);
    nb.copy_data_to_vector(vector, 0, values.buffer, values.byteOffset, values.byteLength);
    copyNulls(vector, nullBits(data.valid, rows), rows);
    return 0;
  }
}

/** Which whole numbers are values of a type. */
export interface Range {
  readonly type: string;
  /** The values in plain words. */
  readonly expected: string;
  readonly bytes: 1 | 2 | 4 | 8 | 16;
  readonly least: bigint;
  readonly most: bigint;
  /** Values outside of the range, such as infinity. @default none */
  readonly also?: readonly bigint[];
}

/** A type that is stored as a whole number and does not have all of them. */
export class RangeCopy implements ColumnCopy {
  readonly #range: Range;
  readonly #memory: Memory;
  readonly #read: (memory: Memory, row: number) => number;
  /** Numbers between these are in the range, however they were rounded. */
  readonly #surelyLeast: number;
  readonly #surelyMost: number;

  constructor(range: Range) {
    this.#range = range;
    this.#memory = new Memory(new ArrayBuffer(range.bytes * VECTOR_ROWS));
    this.#read = APPROXIMATE[range.bytes];
    this.#surelyLeast = towardsZero(range.least);
    this.#surelyMost = towardsZero(range.most);
  }

  copy(vector: nb.Vector, data: ColumnData, rows: number): number {
    const { bytes } = this.#range;
    const nulls = nullBits(data.valid, rows);
    // A copy of our own is aligned, whatever the driver's is, and has zeros where there are NULLs.
    this.#memory.uint8.set(valuesOf(data, rows * bytes));
    if (nulls !== undefined) this.#clearNulls(nulls, rows);
    this.#check(rows);
    nb.copy_data_to_vector(vector, 0, this.#memory.buffer, 0, rows * bytes);
    copyNulls(vector, nulls, rows);
    return 0;
  }

  #clearNulls(nulls: NullBits, rows: number): void {
    const { bytes } = this.#range;
    for (let row = 0; row < rows; row++) {
      if (isNull(nulls, row)) this.#memory.uint8.fill(0, row * bytes, (row + 1) * bytes);
    }
  }

  #check(rows: number): void {
    const memory = this.#memory;
    const read = this.#read;
    const least = this.#surelyLeast;
    const most = this.#surelyMost;
    for (let row = 0; row < rows; row++) {
      const value = read(memory, row);
      if (value < least || value > most) this.#checkExactly(row);
    }
  }

  #checkExactly(row: number): void {
    const { bytes, least, most, also, type, expected } = this.#range;
    const value = bytes < 8 ? BigInt(this.#read(this.#memory, row)) : this.#bigAt(row);
    if ((value < least || value > most) && also?.includes(value) !== true)
      throw new Misfit(value, type, expected).atRow(row);
  }

  #bigAt(row: number): bigint {
    const { int64 } = this.#memory;
    if (this.#range.bytes === 8) return int64[row] as bigint;
    return ((int64[row * 2 + 1] as bigint) << 64n) | BigInt.asUintN(64, int64[row * 2] as bigint);
  }
}

const WORD = 2 ** 32;

/** The value in a row as a number: rounded where it has more than 53 bits. A bigint of each would take ten times as long. */
const APPROXIMATE: Readonly<Record<Range["bytes"], (memory: Memory, row: number) => number>> = {
  // BOOLEAN is the only one, and has no sign.
  1: (memory, row) => memory.uint8[row] as number,
  2: (memory, row) => memory.int16[row] as number,
  4: (memory, row) => memory.int32[row] as number,
  8: (memory, row) => high(memory, row * 2 + 1) * WORD + low(memory, row * 2),
  16: (memory, row) =>
    ((high(memory, row * 4 + 3) * WORD + low(memory, row * 4 + 2)) * WORD + low(memory, row * 4 + 1)) * WORD +
    low(memory, row * 4),
};

function high({ int32 }: Memory, at: number): number {
  return int32[at] as number;
}

function low({ uint32 }: Memory, at: number): number {
  return uint32[at] as number;
}

/** The limit itself where numbers are exact; else so far from it that no rounding reaches across. */
function towardsZero(limit: bigint): number {
  const number = Number(limit);
  return Number.isSafeInteger(number) ? number : number * (1 - 2 ** -40);
}

/** The first bytes of a column's values. */
function valuesOf(data: ColumnData, bytes: number): Uint8Array<ArrayBuffer> {
  if (!("values" in data)) throw new UnusableData("values of one width are expected, not bytes with offsets");
  const { values } = data;
  assertOwnMemory("the values", values);
  assertLength("the bytes of the values", values.byteLength, bytes);
  return new Uint8Array(values.buffer, values.byteOffset, bytes);
}

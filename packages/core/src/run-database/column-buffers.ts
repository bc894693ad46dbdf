import nb from "@duckdb/node-bindings";
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
  type DuckDBType,
} from "@duckdb/node-api";
import type { CellInput, Column } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { parseDecimal } from "./decimal.ts";
import { parseDate, parseTimestamp } from "./temporal.ts";

/** Rows in one DuckDB vector, fixed by DuckDB. */
export const VECTOR_ROWS: number = nb.vector_size();
const VALIDITY_BYTES = VECTOR_ROWS / 8;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Holds one column of up to {@link VECTOR_ROWS} rows until it is copied into a DuckDB vector in one call. */
export interface ColumnBuffer {
  readonly type: DuckDBType;
  /** Bytes held, as far as they vary: the length of strings. */
  readonly bytes: number;
  /** Throws when the value does not fit the type; the row then holds nothing in this column. */
  set(row: number, value: Exclude<CellInput, null | undefined>): void;
  setNull(row: number): void;
  /** Copies `rows` rows into the vector and forgets them. */
  flush(vector: nb.Vector, rows: number): void;
}

export function columnBuffer(column: Column): ColumnBuffer {
  const type = column.type.toUpperCase();
  switch (type) {
    case "BOOLEAN":
      return fixed(BOOLEAN, new Uint8Array(VECTOR_ROWS), toBoolean);
    case "INTEGER":
      return fixed(INTEGER, new Int32Array(VECTOR_ROWS), toInteger);
    case "BIGINT":
      return fixed(BIGINT, new BigInt64Array(VECTOR_ROWS), toBigInt);
    case "DOUBLE":
      return fixed(DOUBLE, new Float64Array(VECTOR_ROWS), toDouble);
    case "DATE":
      return fixed(DATE, new Int32Array(VECTOR_ROWS), toDays);
    case "TIMESTAMP":
      return fixed(TIMESTAMP, new BigInt64Array(VECTOR_ROWS), toMicros);
    case "VARCHAR":
      return new TextBuffer();
    default:
      return decimalBuffer(column);
  }
}

/** Which rows hold a value, as DuckDB's bit mask: bit set = valid. */
class Validity {
  readonly #bits = new Uint8Array(VALIDITY_BYTES).fill(0xff);
  #hasNulls = false;

  setNull(row: number): void {
    this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0xff) & ~(1 << (row & 7));
    this.#hasNulls = true;
  }

  flush(vector: nb.Vector): void {
    if (!this.#hasNulls) return;
    nb.vector_ensure_validity_writable(vector);
    nb.copy_data_to_vector_validity(vector, 0, this.#bits.buffer, 0, VALIDITY_BYTES);
    this.#bits.fill(0xff);
    this.#hasNulls = false;
  }
}

/** A column whose values all have the same width: a typed array that DuckDB takes as it is. */
class FixedBuffer implements ColumnBuffer {
  readonly bytes = 0;
  readonly type: DuckDBType;
  readonly #memory: ArrayBuffer;
  readonly #store: (row: number, value: NonNullable<CellInput>) => void;
  readonly #validity = new Validity();

  constructor(
    type: DuckDBType,
    memory: ArrayBuffer,
    store: (row: number, value: NonNullable<CellInput>) => void,
  ) {
    this.type = type;
    this.#memory = memory;
    this.#store = store;
  }

  set(row: number, value: NonNullable<CellInput>): void {
    this.#store(row, value);
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
  }

  flush(vector: nb.Vector, rows: number): void {
    const width = this.#memory.byteLength / VECTOR_ROWS;
    nb.copy_data_to_vector(vector, 0, this.#memory, 0, rows * width);
    this.#validity.flush(vector);
  }
}

interface WritableArray<Element> {
  [row: number]: Element;
  readonly buffer: ArrayBuffer;
}

function fixed<Element>(
  type: DuckDBType,
  array: WritableArray<Element>,
  convert: (value: NonNullable<CellInput>) => Element,
): ColumnBuffer {
  return new FixedBuffer(type, array.buffer, (row, value) => {
    array[row] = convert(value);
  });
}

class TextBuffer implements ColumnBuffer {
  readonly type: DuckDBType = VARCHAR;
  bytes = 0;
  readonly #texts: (string | undefined)[] = [];
  readonly #validity = new Validity();

  set(row: number, value: NonNullable<CellInput>): void {
    if (typeof value !== "string") throw misfit(value, "VARCHAR", "a string");
    // The native layer would turn half a surrogate pair into U+FFFD without a word.
    if (!value.isWellFormed()) throw misfit(value, "VARCHAR", "well-formed Unicode");
    this.#texts[row] = value;
    this.bytes += value.length;
  }

  setNull(row: number): void {
    this.#texts[row] = undefined;
    this.#validity.setNull(row);
  }

  flush(vector: nb.Vector, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const text = this.#texts[row];
      if (text !== undefined) nb.vector_assign_string_element(vector, row, text);
    }
    this.#validity.flush(vector);
    this.#texts.length = 0;
    this.bytes = 0;
  }
}

/** DuckDB stores a decimal as the smallest integer that holds its width: 16, 32, 64 or 128 bits. */
function decimalBuffer(column: Column): ColumnBuffer {
  const [, widthText, scaleText] = /^DECIMAL\((\d+),\s*(\d+)\)$/i.exec(column.type) ?? [];
  const width = Number(widthText);
  const scale = Number(scaleText);
  if (widthText === undefined || width < 1 || width > 38 || scale > width) {
    throw new OsirisError({
      code: "table.unsupported_type",
      category: "internal",
      message: `Column "${column.name}": the table writer cannot fill a column of type ${column.type}`,
      hint: "It fills BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(w,s), VARCHAR, DATE and TIMESTAMP.",
    });
  }
  const type = DECIMAL(width, scale);
  const unscaled = (value: NonNullable<CellInput>): bigint => {
    if (typeof value !== "string") throw misfit(value, column.type, 'decimal text such as "12.50"');
    return parseDecimal(value, width, scale);
  };
  const small = (value: NonNullable<CellInput>): number => Number(unscaled(value));
  if (width <= 4) return fixed(type, new Int16Array(VECTOR_ROWS), small);
  if (width <= 9) return fixed(type, new Int32Array(VECTOR_ROWS), small);
  if (width <= 18) return fixed(type, new BigInt64Array(VECTOR_ROWS), unscaled);
  const halves = new BigInt64Array(VECTOR_ROWS * 2);
  return new FixedBuffer(type, halves.buffer, (row, value) => {
    const whole = unscaled(value);
    halves[row * 2] = BigInt.asIntN(64, whole);
    halves[row * 2 + 1] = whole >> 64n;
  });
}

function toBoolean(value: NonNullable<CellInput>): number {
  if (typeof value !== "boolean") throw misfit(value, "BOOLEAN", "true or false");
  return value ? 1 : 0;
}

function toInteger(value: NonNullable<CellInput>): number {
  if (typeof value !== "number" || (value | 0) !== value) {
    throw misfit(value, "INTEGER", "a whole number of 32 bits");
  }
  return value;
}

function toBigInt(value: NonNullable<CellInput>): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value !== "bigint" || value < INT64_MIN || value > INT64_MAX) {
    throw misfit(value, "BIGINT", "a bigint of 64 bits, or a safe integer");
  }
  return value;
}

function toDouble(value: NonNullable<CellInput>): number {
  if (typeof value !== "number") throw misfit(value, "DOUBLE", "a number");
  return value;
}

function toDays(value: NonNullable<CellInput>): number {
  if (typeof value === "string") return parseDate(value);
  if (typeof value !== "number" || (value | 0) !== value) {
    throw misfit(value, "DATE", "YYYY-MM-DD, or days since 1970-01-01");
  }
  return value;
}

function toMicros(value: NonNullable<CellInput>): bigint {
  if (typeof value === "string") return parseTimestamp(value);
  if (typeof value !== "bigint" || value < INT64_MIN || value > INT64_MAX) {
    throw misfit(value, "TIMESTAMP", "YYYY-MM-DD hh:mm:ss, or microseconds since 1970-01-01 as a bigint");
  }
  return value;
}

function misfit(value: NonNullable<CellInput>, type: string, expected: string): OsirisError {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value);
  return new OsirisError({
    code: "table.value_misfit",
    category: "data",
    message: `${typeof value} ${shown} does not fit ${type}: expected ${expected}`,
  });
}

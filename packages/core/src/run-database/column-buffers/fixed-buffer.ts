import nb from "@duckdb/node-bindings";
import { grown, VECTOR_ROWS, type ColumnBuffer, type Value } from "./column-buffer.ts";
import { Validity } from "./validity.ts";

/** One memory, seen as arrays of every width. All platforms that DuckDB has builds for are little-endian, as its vectors are. */
export class Memory {
  readonly buffer: ArrayBuffer;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.int8 = new Int8Array(buffer);
    this.uint8 = new Uint8Array(buffer);
    this.int16 = new Int16Array(buffer);
    this.uint16 = new Uint16Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.uint32 = new Uint32Array(buffer);
    this.int64 = new BigInt64Array(buffer);
    this.float32 = new Float32Array(buffer);
    this.float64 = new Float64Array(buffer);
  }
}

/** Checks a value and puts it into the memory at a row, or throws a Misfit. */
export type Store = (memory: Memory, row: number, value: Value) => void;

/** A column whose values all have the same width: memory that DuckDB takes as it is. */
export class FixedBuffer implements ColumnBuffer {
  readonly #width: number;
  readonly #store: Store;
  readonly #validity = new Validity();
  #memory: Memory;
  #capacity = VECTOR_ROWS;

  /** `width` is the bytes of one value. */
  constructor(width: number, store: Store) {
    this.#width = width;
    this.#store = store;
    // Views of eight bytes exist for whole multiples only; the capacity is one.
    this.#memory = new Memory(new ArrayBuffer(width * VECTOR_ROWS));
  }

  set(row: number, value: Value): void {
    this.#store(this.#memory, row, value);
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
  }

  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = grown(this.#capacity, rows);
    const memory = new Memory(new ArrayBuffer(this.#width * this.#capacity));
    memory.uint8.set(this.#memory.uint8);
    this.#memory = memory;
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    if (this.#validity.isNull(row)) return "NULL";
    return Buffer.from(this.#memory.buffer, row * this.#width, this.#width).toString("hex");
  }

  flush(vector: nb.Vector, rows: number): void {
    if (rows > 0) nb.copy_data_to_vector(vector, 0, this.#memory.buffer, 0, rows * this.#width);
    this.#validity.flush(vector, rows);
  }
}

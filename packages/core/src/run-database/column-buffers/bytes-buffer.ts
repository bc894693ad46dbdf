import nb from "@duckdb/node-bindings";
import type { ColumnBuffer, Tally, Value } from "./column-buffer.ts";
import { Validity } from "./validity.ts";

/** A column of strings of bytes. */
export class BytesBuffer implements ColumnBuffer {
  readonly #encode: (value: Value) => Uint8Array;
  readonly #tally: Tally;
  readonly #values: (Uint8Array | undefined)[] = [];
  readonly #validity = new Validity();

  /** `encode` makes what DuckDB stores, or throws a Misfit. The bytes are kept until the flush. */
  constructor(encode: (value: Value) => Uint8Array, tally: Tally) {
    this.#encode = encode;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    const bytes = this.#encode(value);
    this.#values[row] = bytes;
    this.#tally.bytes += bytes.length;
  }

  setNull(row: number): void {
    this.#values[row] = undefined;
    this.#validity.setNull(row);
  }

  reserve(rows: number): void {
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    return String(this.#values[row]);
  }

  flush(vector: nb.Vector, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const bytes = this.#values[row];
      if (bytes !== undefined) nb.vector_assign_string_element_len(vector, row, bytes);
    }
    this.#validity.flush(vector, rows);
    this.#values.length = 0;
  }
}

import type nb from "@duckdb/node-bindings";
import type { ColumnBuffer, Tally, Value } from "./column-buffer.ts";
import { Validity } from "./validity.ts";

/** How values of any length become what DuckDB stores for them. */
export interface Encoding<Stored extends string | Uint8Array> {
  /** Throws a Misfit. What it returns is kept until the flush. */
  readonly encode: (value: Value) => Stored;
  readonly assign: (vector: nb.Vector, row: number, stored: Stored) => void;
}

/** A column of strings of text or bytes. */
export class BytesBuffer<Stored extends string | Uint8Array> implements ColumnBuffer {
  readonly #encoding: Encoding<Stored>;
  readonly #tally: Tally;
  readonly #values: (Stored | undefined)[] = [];
  readonly #validity = new Validity();

  constructor(encoding: Encoding<Stored>, tally: Tally) {
    this.#encoding = encoding;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    const stored = this.#encoding.encode(value);
    this.#values[row] = stored;
    this.#tally.bytes += stored.length;
  }

  setNull(row: number): void {
    this.#values[row] = undefined;
    this.#validity.setNull(row);
  }

  reserve(rows: number): void {
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    const value = this.#values[row];
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  }

  flush(vector: nb.Vector, rows: number): void {
    const assign = this.#encoding.assign;
    for (let row = 0; row < rows; row++) {
      const value = this.#values[row];
      if (value !== undefined) assign(vector, row, value);
    }
    this.#validity.flush(vector, rows);
    this.#values.length = 0;
  }
}

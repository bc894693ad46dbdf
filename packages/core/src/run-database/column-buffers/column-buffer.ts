import nb from "@duckdb/node-bindings";
import type { CellInput } from "../../contract.ts";

/** Rows in one DuckDB vector, fixed by DuckDB. */
export const VECTOR_ROWS: number = nb.vector_size();

export type Value = NonNullable<CellInput>;

/** Holds one column, or one part of a nested one, until it is copied into a DuckDB vector. */
export interface ColumnBuffer {
  /** Throws a Misfit when the value does not fit the type; the writer is of no use afterwards. */
  set(row: number, value: Value): void;
  setNull(row: number): void;
  /** Makes room for `rows` rows. A new buffer has room for {@link VECTOR_ROWS}. */
  reserve(rows: number): void;
  /** Equal for equal stored values: DuckDB does not check that the keys of a map differ. */
  identity(row: number): string;
  /** Copies the first `rows` rows into the vector and forgets them. */
  flush(vector: nb.Vector, rows: number): void;
}

/** Bytes held by the buffers of one writer, as far as values make them vary: strings and the elements of lists. */
export interface Tally {
  bytes: number;
}

/** Sets a value that may be NULL, as the parts of nested values may. */
export function setCell(buffer: ColumnBuffer, row: number, value: CellInput): void {
  if (value === null || value === undefined) buffer.setNull(row);
  else buffer.set(row, value);
}

/** The next size of a buffer that must hold `rows`: doubled, so that growing stays cheap. */
export function grown(capacity: number, rows: number): number {
  let size = capacity;
  while (size < rows) size *= 2;
  return size;
}

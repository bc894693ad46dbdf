import nb from "@duckdb/node-bindings";
import type { Cell } from "../../contract.ts";

/** The cell at a row of a vector. */
export type ReadCell = (row: number) => Cell;

/** Looks at a vector with `rows` rows. What it returns may be called while the vector's chunk is held. */
export type OpenVector = (vector: nb.Vector, rows: number) => ReadCell;

/** The vector's bytes, as a copy whose start suits numbers of any width. */
export function vectorBytes(vector: nb.Vector, byteCount: number): ArrayBuffer {
  if (byteCount === 0) return new ArrayBuffer(0);
  const { buffer, byteOffset, byteLength } = nb.vector_get_data(vector, byteCount);
  const whole = byteOffset === 0 && byteLength === buffer.byteLength;
  return (whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}

/** One bit for each row, set where there is a value; null when all rows have one. */
export function validityBits(vector: nb.Vector, rows: number): Uint8Array | null {
  return rows === 0 ? null : nb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
}

/** NULL where the bits say so, else what `read` finds. */
export function nullable(bits: Uint8Array | null, read: ReadCell): ReadCell {
  if (bits === null) return read;
  return (row) => (((bits[row >> 3] as number) & (1 << (row & 7))) === 0 ? null : read(row));
}

import nb from "@duckdb/node-bindings";
import { grown, VECTOR_ROWS } from "./column-buffer.ts";

/** Which rows hold a value, as DuckDB's bit mask: bit set = valid. */
export class Validity {
  #bits = new Uint8Array(VECTOR_ROWS / 8).fill(0xff);
  #hasNulls = false;

  setNull(row: number): void {
    this.#bits[row >> 3] = (this.#bits[row >> 3] as number) & ~(1 << (row & 7));
    this.#hasNulls = true;
  }

  isNull(row: number): boolean {
    return ((this.#bits[row >> 3] as number) & (1 << (row & 7))) === 0;
  }

  reserve(rows: number): void {
    if (rows <= this.#bits.length * 8) return;
    const bits = new Uint8Array(grown(this.#bits.length * 8, rows) / 8).fill(0xff);
    bits.set(this.#bits);
    this.#bits = bits;
  }

  flush(vector: nb.Vector, rows: number): void {
    if (!this.#hasNulls) return;
    nb.vector_ensure_validity_writable(vector);
    nb.copy_data_to_vector_validity(vector, 0, this.#bits.buffer, 0, Math.ceil(rows / 8));
    this.#bits.fill(0xff);
    this.#hasNulls = false;
  }
}

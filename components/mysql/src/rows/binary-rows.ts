import type { SourceColumn, TypeSettings } from "../types/source-column.ts";
import type { RowBatch, RowSink, Tally, TableTarget } from "./read-rows.ts";
import { malformedRow, zeroDate } from "./row-errors.ts";
import { createVector } from "./vectors/create-vector.ts";
import type { ReadValue, Vector } from "./vectors/vector.ts";

/** A batch is full with so many rows: what DuckDB takes at once. */
const MAX_ROWS = 2048;
const MIN_ROWS = 64;
/** Or with so many bytes of packets. One row may have more. */
const MAX_BYTES = 8 * 1024 * 1024;
/** What the memory of all columns may come to before a value of variable length is in it, at up to 16 bytes each. */
const MAX_FIXED_VALUES = 1024 * 1024;
/** The bits of the first two columns are reserved. */
const FIRST_BIT = 2;
type SetNull = Vector["setNull"];

const NONE: ReadonlySet<number> = new Set();

/** Rows of the binary protocol, decoded into vectors as they come, and handed on by the batch. */
export class BinaryRows implements RowBatch {
  readonly #vectors: readonly Vector[];
  readonly #readers: readonly ReadValue[];
  readonly #nulls: readonly SetNull[];
  readonly #sink: RowSink;
  readonly #capacity: number;
  readonly #zeroDates = new Map<string, number>();
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #rowsBefore = 0;
  #batchBytes = 0;
  rowCount = 0;

  constructor(columns: readonly SourceColumn[], { zeroDates }: TypeSettings, sink: RowSink) {
    this.#sink = sink;
    this.#capacity = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(MAX_FIXED_VALUES / columns.length)));
    this.#vectors = columns.map((column) =>
      createVector(column, this.#capacity, (row) => {
        if (zeroDates === "error") throw zeroDate(column, this.#rowsBefore + row + 1);
        this.#zeroDates.set(column.name, (this.#zeroDates.get(column.name) ?? 0) + 1);
      }),
    );
    this.#readers = this.#vectors.map(({ read }) => read);
    this.#nulls = this.#vectors.map(({ setNull }) => setNull);
  }

  /** Takes the payload of a packet, which is the caller's again afterwards. */
  row(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    try {
      this.#decode(start, end);
    } catch (error) {
      throw error instanceof RangeError ? malformedRow(this.#rowsBefore + this.rowCount + 1, error) : error;
    }
    this.rowCount += 1;
    this.#batchBytes += end - start;
    if (this.rowCount === this.#capacity || this.#batchBytes >= MAX_BYTES) this.#flush();
  }

  /** A zero byte, a bit for each column that is NULL, and the values of the others, one after the other. */
  #decode(start: number, end: number): void {
    const bytes = this.#bytes;
    const view = this.#view;
    const row = this.rowCount;
    const readers = this.#readers;
    const bits = start + 1;
    let at = bits + ((readers.length + FIRST_BIT + 7) >> 3);
    if (bytes[start] !== 0 || at > end) throw new RangeError("it has no beginning");
    for (let column = 0; column < readers.length; column++) {
      const bit = column + FIRST_BIT;
      if (((bytes[bits + (bit >> 3)] as number) & (1 << (bit & 7))) === 0)
        at = (readers[column] as ReadValue)(bytes, view, at, row);
      else (this.#nulls[column] as SetNull)(row);
    }
    // A value that reached beyond the packet has moved all that follow, so that one look at the end is enough.
    if (at !== end)
      throw new RangeError(`it ends ${Math.abs(at - end)} bytes ${at > end ? "later" : "earlier"}`);
  }

  /** Hands on what is left, after the last row. */
  finish(): Tally {
    if (this.rowCount > 0) this.#flush();
    return { rows: this.#rowsBefore, zeroDates: this.#zeroDates };
  }

  #flush(): void {
    this.#sink.rows(this);
    for (const vector of this.#vectors) vector.clear();
    this.#rowsBefore += this.rowCount;
    this.rowCount = 0;
    this.#batchBytes = 0;
  }

  value(column: number, row: number): bigint | string | null {
    const vector = this.#vector(column);
    return vector.isNull(row) ? null : vector.value(row);
  }

  order(column: number, row: number): bigint | null | undefined {
    const vector = this.#vector(column);
    if (vector.order === undefined) return undefined;
    return vector.isNull(row) ? null : vector.order(row);
  }

  appendTo(table: TableTarget, without: ReadonlySet<number> = NONE): void {
    let start = 0;
    for (const end of [...[...without].toSorted((one, other) => one - other), this.rowCount]) {
      if (end > start) {
        table.appendColumns(
          end - start,
          this.#vectors.map((vector) => vector.data(start, end)),
        );
      }
      start = end + 1;
    }
  }

  #vector(column: number): Vector {
    const vector = this.#vectors[column];
    if (vector === undefined) throw new RangeError(`there is no column ${column}`);
    return vector;
  }
}

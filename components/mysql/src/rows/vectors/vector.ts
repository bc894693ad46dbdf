import type { ColumnData } from "@osiris/core";

/**
 * Decodes the value that begins at `at` of a packet into a row of a vector; returns where the next value begins. What reaches beyond
 * the packet's end is found out after the row. `view` is over the same bytes.
 * @throws RangeError where a value would reach beyond the memory
 */
export type ReadValue = (bytes: Buffer, view: DataView, at: number, row: number) => number;

/** One column of the rows that are being decoded: no value of it is a JavaScript object. */
export interface Vector {
  readonly read: ReadValue;
  readonly setNull: (row: number) => void;
  readonly isNull: (row: number) => boolean;
  /** As `RowBatch.value` has it, of a row that is not NULL. */
  readonly value: (row: number) => bigint | string;
  /** As `RowBatch.order` has it, of a row that is not NULL. Absent: values of the type are not compared. */
  readonly order?: (row: number) => bigint;
  /** The rows from `start` up to `end`. The memory is the vector's. */
  readonly data: (start: number, end: number) => ColumnData;
  /** Forgets all rows. */
  readonly clear: () => void;
}

/** The bits that say where there is a value. */
export class Validity {
  readonly #bits: Uint8Array<ArrayBuffer>;
  #nulls = false;

  constructor(capacity: number) {
    this.#bits = new Uint8Array(Math.ceil(capacity / 8)).fill(0xff);
  }

  setNull(row: number): void {
    this.#nulls = true;
    this.#bits[row >> 3] = (this.#bits[row >> 3] as number) & ~(1 << (row & 7));
  }

  isNull(row: number): boolean {
    return ((this.#bits[row >> 3] as number) & (1 << (row & 7))) === 0;
  }

  clear(): void {
    if (this.#nulls) this.#bits.fill(0xff);
    this.#nulls = false;
  }

  /** As a part of `ColumnData`: nothing where there is no NULL. */
  of(start: number, end: number): { readonly valid?: Uint8Array<ArrayBuffer> } {
    if (!this.#nulls) return {};
    if ((start & 7) === 0) return { valid: this.#bits.subarray(start >> 3, (end + 7) >> 3) };
    const valid = new Uint8Array((end - start + 7) >> 3);
    for (let row = start; row < end; row++) {
      if (!this.isNull(row))
        valid[(row - start) >> 3] = (valid[(row - start) >> 3] as number) | (1 << ((row - start) & 7));
    }
    return { valid };
  }
}

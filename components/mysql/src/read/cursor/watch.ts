import type { RowBatch } from "../../rows/read-rows.ts";
import { countOf, type CountedType } from "../ordered-value.ts";

/** Finds the greatest value of a column among the rows of a read, as they pass. */
export class Watch {
  readonly #column: number;
  readonly #type: CountedType;
  #greatest: bigint | undefined;
  #text: string | undefined;
  /** Rows that have none. */
  withoutValue = 0;

  constructor(column: number, type: CountedType) {
    this.#column = column;
    this.#type = type;
  }

  /** As text; undefined: no row had one. */
  get value(): string | undefined {
    return this.#text;
  }

  look(batch: RowBatch): void {
    let greatestRow = -1;
    for (let row = 0; row < batch.rowCount; row++) {
      const order = this.#orderOf(batch, row);
      if (order === null) this.withoutValue++;
      else if (this.#greatest === undefined || order > this.#greatest) {
        this.#greatest = order;
        greatestRow = row;
      }
    }
    if (greatestRow >= 0) this.#text = String(batch.value(this.#column, greatestRow));
  }

  #orderOf(batch: RowBatch, row: number): bigint | null {
    const order = batch.order(this.#column, row);
    if (order !== undefined) return order;
    // Text in the table: decimals of more than 38 digits, and dates with zero_dates: text.
    const value = batch.value(this.#column, row);
    return value === null ? null : (countOf(this.#type, String(value)) ?? null);
  }
}

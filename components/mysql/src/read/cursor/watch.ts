import type { RowBatch } from "../../rows/read-rows.ts";

/** Finds the greatest value of a column among the rows of a read, as they pass. */
export class Watch {
  readonly #column: number;
  #greatest: bigint | undefined;
  #text: string | undefined;
  /** Rows that have none. */
  withoutValue = 0;

  constructor(column: number) {
    this.#column = column;
  }

  /** As text; undefined: no row had one. */
  get value(): string | undefined {
    return this.#text;
  }

  look(batch: RowBatch): void {
    let greatestRow = -1;
    for (let row = 0; row < batch.rowCount; row++) {
      const order = batch.order(this.#column, row) ?? undefined;
      if (order === undefined) this.withoutValue++;
      else if (this.#greatest === undefined || order > this.#greatest) {
        this.#greatest = order;
        greatestRow = row;
      }
    }
    if (greatestRow >= 0) this.#text = String(batch.value(this.#column, greatestRow));
  }
}

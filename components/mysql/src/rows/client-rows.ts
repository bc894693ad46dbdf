import { isOsirisError } from "@osiris/core";
import type { SourceColumn, TypeSettings } from "../types/source-column.ts";
import {
  cellInput,
  cellOf,
  IMPOSSIBLE,
  orderOf,
  watchedValue,
  type ClientValue,
  type RowCell,
} from "./cells.ts";
import type { RowBatch, RowSink, TableTarget, Tally } from "./read-rows.ts";
import { malformedRow, notUtf8, zeroDate } from "./row-errors.ts";

const MAX_ROWS = 2048;
const MAX_LENGTH = 8 * 1024 * 1024;

/** Rows that mysql2 has decoded, handed on by the batch: the same tables as those of `BinaryRows`, value by value. */
export class ClientRows implements RowBatch {
  readonly #columns: readonly SourceColumn[];
  readonly #settings: TypeSettings;
  readonly #sink: RowSink;
  readonly #zeroDates = new Map<string, number>();
  #rows: (readonly (RowCell | null)[])[] = [];
  #length = 0;
  #rowsBefore = 0;

  constructor(columns: readonly SourceColumn[], settings: TypeSettings, sink: RowSink) {
    this.#columns = columns;
    this.#settings = settings;
    this.#sink = sink;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  row(values: readonly (ClientValue | null)[]): void {
    const number = this.#rowsBefore + this.rowCount + 1;
    try {
      this.#rows.push(this.#columns.map((column, at) => this.#cell(column, values[at] ?? null, number)));
    } catch (error) {
      throw isOsirisError(error) ? error : malformedRow(number, error);
    }
    for (const value of values) if (typeof value === "object") this.#length += value?.length ?? 0;
    if (this.rowCount === MAX_ROWS || this.#length >= MAX_LENGTH) this.#flush();
  }

  #cell(column: SourceColumn, value: ClientValue | null, row: number): RowCell | null {
    if (value === null) return null;
    const cell = cellAt(column, value, row);
    if (cell !== IMPOSSIBLE) return cell;
    if (this.#settings.zeroDates === "error") throw zeroDate(column, row);
    this.#zeroDates.set(column.name, (this.#zeroDates.get(column.name) ?? 0) + 1);
    return null;
  }

  finish(): Tally {
    if (this.rowCount > 0) this.#flush();
    return { rows: this.#rowsBefore, zeroDates: this.#zeroDates };
  }

  #flush(): void {
    this.#sink.rows(this);
    this.#rowsBefore += this.rowCount;
    this.#rows = [];
    this.#length = 0;
  }

  value(column: number, row: number): bigint | string | null {
    return this.#of(column, row, watchedValue) ?? null;
  }

  order(column: number, row: number): bigint | null | undefined {
    return this.#of(column, row, orderOf);
  }

  #of<T>(at: number, row: number, read: (column: SourceColumn, cell: RowCell) => T): T | null {
    const column = this.#columns[at];
    if (column === undefined) throw new RangeError(`there is no column ${at}`);
    const cell = this.#rows[row]?.[at] ?? null;
    return cell === null ? null : read(column, cell);
  }

  appendTo(table: TableTarget, without?: ReadonlySet<number>): void {
    for (const [at, row] of this.#rows.entries()) {
      if (without?.has(at) === true) continue;
      table.append(
        Object.fromEntries(this.#columns.map(({ name }, column) => [name, cellInput(row[column] ?? null)])),
      );
    }
  }
}

function cellAt(column: SourceColumn, value: ClientValue, row: number): ReturnType<typeof cellOf> {
  try {
    return cellOf(column, value);
  } catch (error) {
    throw column.format === "text" ? notUtf8(column, row, error) : error;
  }
}

import { OsirisError, type DriverContext, type TableWriter } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { prepareRows, type PreparedRows, type Tally } from "../rows/read-rows.ts";
import type { SourceColumn } from "../types/source-column.ts";

/** The table that the step makes, by whatever statements and over whatever sessions its rows come. */
export class StepTable {
  readonly #config: MysqlExtractorConfig;
  readonly #ctx: DriverContext;
  readonly #label: string;
  readonly #zeroDates = new Map<string, number>();
  #open: { readonly writer: TableWriter; readonly columns: readonly SourceColumn[] } | undefined;

  constructor(config: MysqlExtractorConfig, ctx: DriverContext, label: string) {
    this.#config = config;
    this.#ctx = ctx;
    this.#label = label;
  }

  /** Fails before {@link prepare}. */
  get writer(): TableWriter {
    return this.#opened.writer;
  }

  get columns(): readonly SourceColumn[] {
    return this.#opened.columns;
  }

  get #opened(): { readonly writer: TableWriter; readonly columns: readonly SourceColumn[] } {
    if (this.#open === undefined) throw new Error("no statement has been prepared");
    return this.#open;
  }

  /** Prepares a statement whose rows belong into the table. The first one decides the table's columns. */
  async prepare(session: Session, sql: string): Promise<PreparedRows> {
    const prepared = await this.prepareOther(session, sql);
    if (this.#open === undefined) {
      const { columns } = prepared;
      const writer = await this.#ctx.createTable(columns.map(({ name, type }) => ({ name, type })));
      this.#open = { writer, columns };
    } else if (shapeOf(this.#open.columns) !== shapeOf(prepared.columns)) {
      throw this.#columnsChanged();
    }
    return prepared;
  }

  /** Prepares a statement whose rows are only looked at. */
  prepareOther(session: Session, sql: string): Promise<PreparedRows> {
    const { decoder, zero_dates, tinyint1 } = this.#config;
    return prepareRows(session, { sql }, { decoder, types: { zeroDates: zero_dates ?? "null", tinyint1 } });
  }

  /** Where a column of the source stands among the table's. */
  placeOf(sourceName: string): number {
    const wanted = sourceName.toLowerCase();
    const place = this.columns.findIndex((column) => column.sourceName.toLowerCase() === wanted);
    if (place >= 0) return place;
    throw new OsirisError({
      code: "mysql.column_not_found",
      category: "usage",
      message: `${this.#label} has no column "${sourceName}"`,
      hint: `Its columns are: ${this.columns.map((column) => column.sourceName).join(", ")}.`,
    });
  }

  count({ zeroDates }: Pick<Tally, "zeroDates">): void {
    for (const [column, count] of zeroDates)
      this.#zeroDates.set(column, (this.#zeroDates.get(column) ?? 0) + count);
  }

  /** For a checkpoint. */
  get zeroDates(): ReadonlyMap<string, number> {
    return this.#zeroDates;
  }

  #columnsChanged(): OsirisError {
    return new OsirisError({
      code: "mysql.columns_changed",
      category: "external",
      message: `The columns of ${this.#label} changed while it was read`,
      hint: "Run the step again.",
    });
  }
}

function shapeOf(columns: readonly SourceColumn[]): string {
  return JSON.stringify(columns.map(({ name, type }) => [name, type]));
}

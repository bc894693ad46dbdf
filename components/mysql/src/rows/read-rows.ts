import { uniqueColumnNames, type DriverContext } from "@osiris/core";
import type { Session, SqlValue } from "../connection/session.ts";
import { sourceColumn, type SourceColumn, type TypeSettings } from "../types/source-column.ts";
import { BinaryRows } from "./binary-rows.ts";
import { ClientRows } from "./client-rows.ts";
import { columnsChanged, isSameColumn, noColumns } from "./row-errors.ts";
import {
  closeStatement,
  columnName,
  executeDecoded,
  executeRaw,
  prepareStatement,
  type WireColumn,
} from "./statement.ts";

/** A statement whose rows are read. */
export interface Statement {
  readonly sql: string;
}

export interface ReadOptions {
  readonly decoder: "binary" | "mysql2";
  readonly types: TypeSettings;
}

/** A statement that the server has prepared: its columns are known, and no row has been read. */
export interface PreparedRows {
  /** With names that differ, whatever the letters' case. */
  readonly columns: readonly SourceColumn[];
  /**
   * Reads all rows into the sink, as fast as it takes them; at most 2,048 at a time. May be called again with other
   * values. Counts zero dates into `tally`.
   * @throws OsirisError of `mysqlError`; when it throws, rows are missing
   */
  read(values: readonly SqlValue[], sink: RowSink): Promise<Tally>;
  close(): Promise<void>;
}

/** Takes rows. The first error ends the read, and the session with it. */
export interface RowSink {
  /** The batch is the reader's again when the call returns. */
  rows(batch: RowBatch): void;
}

/** Up to 2,048 rows in memory. Columns are counted from 0; nothing is computed for those that nobody asks about. */
export interface RowBatch {
  readonly rowCount: number;
  /**
   * An exact value, as it can be bound again: bigint for whole numbers, BIT and YEAR, else text as the server spells it (dates and times
   * with all six decimals, those of TIMESTAMP in UTC; bytes as hexadecimal digits).
   */
  value(column: number, row: number): bigint | string | null;
  /**
   * A number that is greater where the value is: of whole numbers, decimals, dates and times; the same in all batches of a read.
   * undefined for columns of other types.
   */
  order(column: number, row: number): bigint | null | undefined;
  /** Adds the batch to a table that was created with `columns`, but for the rows in `without`. */
  appendTo(table: TableTarget, without?: ReadonlySet<number>): void;
}

export type TableTarget = Awaited<ReturnType<DriverContext["createTable"]>>;

export interface Tally {
  readonly rows: number;
  /** Dates that no calendar has, by column. */
  readonly zeroDates: ReadonlyMap<string, number>;
}

/**
 * Prepares a statement: the server tells the columns of its rows, and reads none.
 * @throws OsirisError of `mysqlError`, `mysql.no_rows_to_read`
 */
export async function prepareRows(
  session: Session,
  { sql }: Statement,
  { decoder, types }: ReadOptions,
): Promise<PreparedRows> {
  const statement = await prepareStatement(session, sql);
  if (statement.columns.length === 0) throw noColumns();
  const columns = sourceColumns(statement.columns, types);
  const compare = (now: readonly WireColumn[]): void => {
    const executed = sourceColumns(now, types);
    if (
      executed.length !== columns.length ||
      !columns.every((column, at) => isSameColumn(column, executed[at]))
    )
      throw columnsChanged(columns, executed);
  };
  return {
    columns,
    async read(values, sink) {
      if (decoder === "mysql2") {
        const rows = new ClientRows(columns, types, sink);
        const taker = { columns: compare, row: (cells: never) => rows.row(cells) };
        await executeDecoded(session, sql, values, taker);
        return rows.finish();
      }
      const rows = new BinaryRows(columns, types, sink);
      const row = (bytes: Buffer, start: number, end: number): void => rows.row(bytes, start, end);
      await executeRaw(session, statement, values, { columns: compare, row });
      return rows.finish();
    },
    close: async () => closeStatement(session, sql),
  };
}

function sourceColumns(columns: readonly WireColumn[], types: TypeSettings): readonly SourceColumn[] {
  const sources = columns.map(columnName);
  const names = uniqueColumnNames(sources);
  return columns.map((column, at) =>
    sourceColumn(column, { source: sources[at] ?? "", table: names[at] ?? "" }, types),
  );
}

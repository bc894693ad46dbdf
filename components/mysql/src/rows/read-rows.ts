import type { Column, DriverContext } from "@osiris/core";
import type { FieldPacket } from "mysql2";
import type { Session, SqlValue } from "../connection/session.ts";
import type { SourceColumn, TypeSettings } from "../types/source-column.ts";

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

/** Skeleton: mysql2's rows, and few types. */
export async function prepareRows(
  session: Session,
  { sql }: Statement,
  _options: ReadOptions,
): Promise<PreparedRows> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly FieldPacket[]>();
  session.client.query(`SELECT * FROM (${sql}) AS q LIMIT 0`, (error, _rows, fields) =>
    error === null ? resolve(fields) : reject(error),
  );
  const fields = await promise;
  const columns: readonly SourceColumn[] = fields.map((field) => ({
    name: field.name,
    type: skeletonType(field.columnType ?? 253),
    sourceType: String(field.columnType),
    sourceName: field.name,
    wireType: field.columnType ?? 253,
    unsigned: false,
    format: "text",
    decimals: 0,
  }));
  return {
    columns,
    async read(values, sink) {
      const rows = await session.query(sql, values);
      const cells = rows.map((row) => columns.map((column) => cellOf(column, row[column.name] ?? null)));
      sink.rows({
        rowCount: rows.length,
        value: (column, row) => cells[row]?.[column] as bigint | string | null,
        order: () => undefined,
        appendTo: (table, without) => {
          for (const [at, row] of cells.entries()) {
            if (without?.has(at)) continue;
            table.append(Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])));
          }
        },
      });
      return { rows: rows.length, zeroDates: new Map() };
    },
    close: async () => undefined,
  };
}

function skeletonType(wireType: number): string {
  if (wireType === 3 || wireType === 8) return "BIGINT";
  if (wireType === 12) return "TIMESTAMP";
  return "VARCHAR";
}

function cellOf({ type }: Column, text: string | null): bigint | string | null {
  return type === "BIGINT" && text !== null ? BigInt(text) : text;
}

import type { Column, DriverContext, RejectWriter } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { quoteName, quoteTable, type TableName } from "../names.ts";
import type { TargetColumn } from "../write/target-table.ts";

/** Rows of the run database, and the table of the server that they go to. */
export interface Load {
  /** A SELECT over the run database with `columns`, of which the order of rows is fixed. */
  readonly select: string;
  readonly columns: readonly LoadColumn[];
  readonly target: TableName;
  /** Columns of the rows whose values tell a user which row it is. @default none */
  readonly key: readonly string[];
}

export interface LoadColumn {
  /** In the SELECT, with its DuckDB type. */
  readonly source: Column;
  readonly target: TargetColumn;
}

export interface LoadResult {
  /** Rows that the server has confirmed. With `rejected`, all rows of the SELECT, or the load throws. */
  readonly rows: number;
  readonly rejected: number;
  readonly route: "load_data" | "insert";
}

/**
 * Loads rows inside of the session's transaction, which is the caller's. When it throws, some may be in the table: the caller rolls back.
 * A row that the server refuses goes to `rejects`, or throws when there is none.
 * Skeleton: one INSERT a row.
 */
export async function loadRows(
  session: Session,
  load: Load,
  config: MysqlWriterConfig,
  ctx: DriverContext,
  _rejects?: RejectWriter,
): Promise<LoadResult> {
  let rows = 0;
  const connection = await ctx.connect();
  const names = load.columns.map(({ target }) => quoteName(target.name)).join(", ");
  for await (const batch of connection.stream(load.select)) {
    for (let row = 0; row < batch.rowCount; row++) {
      const values = batch.columns.map((column) => {
        const value = column.get(row);
        return value === null ? "NULL" : session.client.escape(String(value));
      });
      const { affectedRows } = await session.run(
        `INSERT INTO ${quoteTable(load.target)} (${names}) VALUES (${values.join(", ")})`,
      );
      rows += affectedRows;
    }
  }
  connection.close();
  return { rows, rejected: 0, route: config.load === "load_data" ? "load_data" : "insert" };
}

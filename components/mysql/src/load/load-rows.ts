import { OsirisError, type Column, type DriverContext, type RejectWriter } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import type { TableName } from "../names.ts";
import type { TargetColumn } from "../write/target-table.ts";
import { insertRows } from "./insert-rows.ts";
import { loadData } from "./load-data.ts";
import { refusedRow, rowOf } from "./refusals.ts";
import { rowSql, type RowSql } from "./row-sql.ts";
import { rollBackTo, setSavepoint } from "./savepoint.ts";

/** Rows of the run database, and the table of the server that they go to. */
export interface Load {
  /** A SELECT over the run database with `columns`, of which the order of rows is fixed. */
  readonly select: string;
  readonly columns: readonly LoadColumn[];
  readonly target: TableName;
  /** What users read as the table's name, when `target` is but a stop on the way to it. @default target */
  readonly shownTarget?: TableName;
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
 * What is in the table afterwards compares equal to the rows: a value that the server would round, cut or replace is refused.
 * A row that is refused goes to `rejects`, or throws `mysql.row_refused` when there is none.
 * @throws OsirisError `mysql.type_mismatch` before anything is sent, when a column's type has no place for that of the rows
 */
export async function loadRows(
  session: Session,
  load: Load,
  config: MysqlWriterConfig,
  ctx: DriverContext,
  rejects?: RejectWriter,
): Promise<LoadResult> {
  const sql = rowSql(load);
  await session.run(SHOW_NOTES);
  const { route, reason } = routeOf(session, config);
  if (route === "load_data") {
    const loaded = await tryLoadData(session, load, sql, config, ctx, rejects);
    if (loaded !== undefined) return loaded;
  } else {
    announce(ctx, route, reason);
  }
  const inserted = await insertRows(session, load, sql, { batchSize: config.batch_size, rejects }, ctx);
  return { rows: inserted.rows, rejected: inserted.rejected, route: "insert" };
}

/** What the session's strict mode lets pass with a note, a number's lost digits say, is to be seen. */
const SHOW_NOTES = "SET SESSION sql_notes = 1, max_error_count = 64";

interface Route {
  readonly route: LoadResult["route"];
  readonly reason: string;
}

function routeOf({ server }: Session, { load }: MysqlWriterConfig): Route {
  if (load === "insert") return { route: "insert", reason: "load: insert" };
  if (load === "load_data") return { route: "load_data", reason: "load: load_data" };
  return server.localInfile
    ? { route: "load_data", reason: "the server allows LOAD DATA LOCAL" }
    : { route: "insert", reason: "the server's local_infile is off" };
}

function announce(ctx: DriverContext, route: LoadResult["route"], reason: string): void {
  ctx.event("mysql.route", { route, reason });
  ctx.log("debug", `Rows reach the server by ${route}: ${reason}`);
}

/** undefined: nothing is in the table, and INSERT is to try. */
async function tryLoadData(
  session: Session,
  load: Load,
  sql: RowSql,
  config: MysqlWriterConfig,
  ctx: DriverContext,
  rejects: RejectWriter | undefined,
): Promise<LoadResult | undefined> {
  await setSavepoint(session);
  const outcome = await loadData(session, load, sql, config, ctx);
  if (outcome.kind === "loaded") {
    announce(ctx, "load_data", routeOf(session, config).reason);
    return { rows: outcome.rows, rejected: 0, route: "load_data" };
  }
  if (outcome.kind === "unavailable") {
    if (config.load === "load_data") throw unavailable(outcome.reason);
    announce(ctx, "insert", outcome.reason);
    return undefined;
  }
  const refused = outcome.kind === "changed" ? outcome.refused : undefined;
  const row = outcome.kind === "stopped" ? outcome.row : rowOf(outcome.refused);
  if (rejects === undefined && row !== undefined) throw await refusedRow(ctx, load, sql, row, refused);
  // Only INSERT tells which rows the server does not take.
  await rollBackTo(session, load);
  announce(ctx, "insert", "LOAD DATA LOCAL met a row that the server does not take as it is");
  return undefined;
}

function unavailable(reason: string): OsirisError {
  return new OsirisError({
    code: "mysql.load_data_unavailable",
    category: "usage",
    message: `LOAD DATA LOCAL is not to be had: ${reason}`,
    hint: "Set load: auto or load: insert; or set local_infile to ON on the server.",
  });
}

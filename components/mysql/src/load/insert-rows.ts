import {
  OsirisError,
  type ColumnBatch,
  type DriverContext,
  type JsonValue,
  type RejectWriter,
} from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { quoteTable } from "../names.ts";
import type { Load } from "./load-rows.ts";
import { reasonOf, refusedBy, refusedRow } from "./refusals.ts";
import type { RowSql } from "./row-sql.ts";
import { rollBackTo, setSavepoint } from "./savepoint.ts";
import { changeOf, type Refused } from "./text-query.ts";

export interface InsertOptions {
  readonly batchSize: number;
  /** Takes what the server refuses; without it, the first such row ends the load. */
  readonly rejects: RejectWriter | undefined;
}

/** One row of an INSERT. */
interface Tuple {
  /** Its place among all rows, from 0. */
  readonly row: number;
  /** NULL: the row cannot be said to this table. */
  readonly sql: string | null;
  readonly bytes: number;
  /** The row, when rejects are kept. */
  readonly json: string | undefined;
}

/** More than this in one statement makes nothing faster. */
const STATEMENT_BYTES = 1024 * 1024;
/** What the packet's head and its commands need beside the statement. */
const MARGIN_BYTES = 1024;

/** Inserts the rows, many in one statement. */
export async function insertRows(
  session: Session,
  load: Load,
  sql: RowSql,
  options: InsertOptions,
  ctx: DriverContext,
): Promise<{ readonly rows: number; readonly rejected: number }> {
  const inserter = new Inserter(session, load, sql, options, ctx);
  await setSavepoint(session);
  for await (const tuples of ahead(batches(ctx, sql, inserter.limits))) {
    await inserter.add(tuples);
    ctx.progress({ rows: inserter.rows + inserter.rejected });
  }
  return inserter;
}

interface Limits {
  readonly rows: number;
  readonly bytes: number;
  readonly asJson: boolean;
}

async function* batches(ctx: DriverContext, sql: RowSql, limits: Limits): AsyncGenerator<readonly Tuple[]> {
  const connection = await ctx.connect();
  try {
    let tuples: Tuple[] = [];
    let bytes = 0;
    let row = 0;
    for await (const batch of connection.stream(sql.tuples(limits.asJson))) {
      for (let at = 0; at < batch.rowCount; at++, row++) {
        const tuple = tupleOf(batch, at, row);
        if (tuples.length === limits.rows || (tuples.length > 0 && bytes + tuple.bytes > limits.bytes)) {
          yield tuples;
          tuples = [];
          bytes = 0;
        }
        tuples.push(tuple);
        bytes += tuple.bytes;
      }
    }
    if (tuples.length > 0) yield tuples;
  } finally {
    connection.close();
  }
}

function tupleOf({ columns: [tuples, json] }: ColumnBatch, at: number, row: number): Tuple {
  const sql = tuples?.get(at) as string | null;
  // With the comma after it.
  const bytes = sql === null ? 0 : Buffer.byteLength(sql) + 1;
  return { row, sql, bytes, json: json?.get(at) as string | undefined };
}

/** The same items, the next one made while the last is used. */
async function* ahead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = items.next();
      // It is awaited above, or not at all.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await items.return(undefined);
  }
}

class Inserter {
  readonly #session: Session;
  readonly #load: Load;
  readonly #sql: RowSql;
  readonly #ctx: DriverContext;
  readonly #rejects: RejectWriter | undefined;
  readonly #mostBytes: number;
  readonly limits: Limits;
  rows = 0;
  rejected = 0;

  constructor(
    session: Session,
    load: Load,
    sql: RowSql,
    { batchSize, rejects }: InsertOptions,
    ctx: DriverContext,
  ) {
    this.#session = session;
    this.#load = load;
    this.#sql = sql;
    this.#ctx = ctx;
    this.#rejects = rejects;
    this.#mostBytes = session.server.maxAllowedPacket - MARGIN_BYTES - Buffer.byteLength(sql.insert);
    this.limits = {
      rows: batchSize,
      bytes: Math.min(STATEMENT_BYTES, this.#mostBytes),
      asJson: rejects !== undefined,
    };
  }

  async add(tuples: readonly Tuple[]): Promise<void> {
    const good: Tuple[] = [];
    for (const tuple of tuples) {
      if (tuple.sql === null) await this.#refuse(tuple, undefined);
      else if (tuple.bytes > this.#mostBytes) await this.#refuse(tuple, tooLarge(tuple, this.#session));
      else good.push(tuple);
    }
    if (good.length > 0) await this.#insert(good);
  }

  /** Halves what the server refuses until the rows are found that it is about. */
  async #insert(tuples: readonly Tuple[]): Promise<void> {
    const refused = await this.#send(tuples);
    if (refused === undefined) {
      this.rows += tuples.length;
      return;
    }
    const [first] = tuples;
    if (tuples.length === 1 && first !== undefined) return this.#refuse(first, refused);
    const middle = tuples.length >> 1;
    await this.#insert(tuples.slice(0, middle));
    await this.#insert(tuples.slice(middle));
  }

  /** @returns what the server has against a row of them, and then none is in the table; undefined when all are in */
  async #send(tuples: readonly Tuple[]): Promise<Refused | undefined> {
    if (this.#rejects !== undefined) await setSavepoint(this.#session);
    try {
      const { affectedRows, warnings } = await this.#session.run(this.#statement(tuples));
      const refused = await changeOf(this.#session, warnings);
      // Without rejects, back to where the load began: it goes on only until the row is found.
      if (refused !== undefined) await rollBackTo(this.#session, this.#load);
      else if (affectedRows !== tuples.length) throw countMismatch(this.#load, affectedRows, tuples.length);
      return refused;
    } catch (error) {
      const refused = refusedBy(error);
      if (refused === undefined) throw error;
      // The engine has undone the statement, if it can: to roll back nothing tells.
      if (this.#rejects === undefined) await setSavepoint(this.#session);
      await rollBackTo(this.#session, this.#load);
      return refused;
    }
  }

  #statement(tuples: readonly Tuple[]): string {
    return this.#sql.insert + tuples.map(({ sql }) => sql).join(",");
  }

  async #refuse(tuple: Tuple, refused: Refused | undefined): Promise<void> {
    if (this.#rejects === undefined) {
      throw await refusedRow(this.#ctx, this.#load, this.#sql, tuple.row, refused);
    }
    const reason = reasonOf(refused, this.#load) ?? (await this.#refusal(tuple.row));
    this.#rejects.add({ row: JSON.parse(tuple.json ?? "null") as JsonValue, reason, line: tuple.row + 1 });
    this.rejected++;
  }

  async #refusal(row: number): Promise<string> {
    const { rows } = await this.#ctx.query(this.#sql.about(row));
    return rows[0]?.["refusal"] as string;
  }
}

function tooLarge({ bytes }: Tuple, { server }: Session): Refused {
  const message = `the row takes ${bytes} bytes, more than the server's max_allowed_packet of ${server.maxAllowedPacket}`;
  return { errno: 1153, message };
}

function countMismatch({ target }: Load, confirmed: number, sent: number): OsirisError {
  return new OsirisError({
    code: "mysql.count_mismatch",
    category: "external",
    message: `${quoteTable(target)}: the server has confirmed ${confirmed} of ${sent} rows of an INSERT`,
    hint: "A proxy or a storage engine that leaves out rows stands between: nothing was kept.",
  });
}

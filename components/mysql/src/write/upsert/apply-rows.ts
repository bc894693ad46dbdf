import { isOsirisError, OsirisError } from "@osiris/core";
import { reasonOf, refusedBy } from "../../load/refusals.ts";
import { quoteName, quoteTable } from "../../names.ts";
import type { WriteJob } from "../append.ts";
import { displayName } from "../destination.ts";
import type { TargetTable } from "../target-table.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { describeKey, rejectNumbered } from "./reject-rows.ts";
import type { StagingTable } from "./staging-table.ts";

/** Rows that one statement changes: a short one answers an abort soon, and its locks are asked for bit by bit. */
const ROWS_AT_ONCE = 20_000;

/** Numbers of rows: from the first up to, and not with, the second. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** What an upsert works on. */
export interface UpsertTables {
  readonly target: TargetTable;
  readonly staging: StagingTable;
  readonly rows: KeyedRows;
  /** Column of the target that becomes NULL for every row that is written. */
  readonly revived: string | undefined;
}

/** The condition that a row `t` of the target and a row `s` of the staging table have the same key. */
export function sameKey({ key }: StagingTable): string {
  return key.map(({ target }) => `t.${quoteName(target.name)} = s.${quoteName(target.name)}`).join(" AND ");
}

/**
 * Updates the rows of the target that have the key of a row in the staging table. A row that is refused leaves the staging table.
 * @returns how many were found; 0 when there is nothing to update in any
 */
export async function updateRows(job: WriteJob, tables: UpsertTables): Promise<number> {
  const { target, staging, revived } = tables;
  const keys = new Set(staging.key.map((column) => column.target.name));
  const values = staging.columns
    .map((column) => column.target.name)
    .filter((name) => !keys.has(name))
    .map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`);
  const changes = [...values, ...(revived === undefined ? [] : [`t.${quoteName(revived)} = NULL`])];
  if (changes.length === 0) return 0;
  return applyAll(
    job,
    tables,
    (rows) => `UPDATE ${quoteTable(staging.name)} AS s STRAIGHT_JOIN ${quoteTable(target.name)} AS t
      ON ${sameKey(staging)} SET ${changes.join(", ")} WHERE ${rows}`,
  );
}

/**
 * Inserts the rows of the staging table whose key the target lacks. A row that is refused leaves the staging table.
 * @returns how many
 */
export async function insertRows(job: WriteJob, tables: UpsertTables): Promise<number> {
  const { target, staging } = tables;
  const names = staging.columns.map((column) => quoteName(column.target.name));
  const [first] = staging.key;
  if (first === undefined) throw new Error("an upsert has a key");
  return applyAll(
    job,
    tables,
    (rows) => `INSERT INTO ${quoteTable(target.name)} (${names.join(", ")})
      SELECT ${names.map((name) => `s.${name}`).join(", ")} FROM ${quoteTable(staging.name)} AS s
      LEFT JOIN ${quoteTable(target.name)} AS t ON ${sameKey(staging)}
      WHERE ${rows} AND t.${quoteName(first.target.name)} IS NULL`,
  );
}

/** Runs a statement for all rows of the staging table, some at once. @returns the rows that it found or inserted */
async function applyAll(
  job: WriteJob,
  tables: UpsertTables,
  statement: (rows: string) => string,
): Promise<number> {
  const number = `s.${quoteName(tables.staging.number.target.name)}`;
  const run = async ({ from, to }: Range): Promise<number> => {
    const rows = `${number} >= ${from} AND ${number} < ${to}`;
    return (await job.session.run(statement(rows))).affectedRows;
  };
  let affected = 0;
  for (let from = 0; from < job.input.rows + 1; from += ROWS_AT_ONCE) {
    const refused = new Map<string, string>();
    affected += await applyRange({ from, to: from + ROWS_AT_ONCE }, run, async (row, error) => {
      refused.set(await refuse(job, tables, row, error), serverReason(error));
    });
    if (job.rejects !== undefined) await rejectNumbered(job.ctx, tables.rows, refused, job.rejects);
  }
  return affected;
}

/** A statement that fails changes nothing, so halves of its rows can be tried, down to the row that is refused. */
async function applyRange(
  range: Range,
  run: (range: Range) => Promise<number>,
  refuse: (row: number, error: OsirisError) => Promise<void>,
): Promise<number> {
  try {
    return await run(range);
  } catch (error) {
    if (!isOsirisError(error) || !isOfRows(error)) throw error;
    const { from, to } = range;
    if (to - from === 1) {
      await refuse(from, error);
      return 0;
    }
    const middle = Math.floor((from + to) / 2);
    const before = await applyRange({ from, to: middle }, run, refuse);
    return before + (await applyRange({ from: middle, to }, run, refuse));
  }
}

/** Whether a row, or several together, are to blame: fewer of them may pass. */
function isOfRows(error: OsirisError): boolean {
  return error.category === "data" || refusedBy(error) !== undefined;
}

function serverReason(error: OsirisError): string {
  return reasonOf(refusedBy(error)) ?? error.message;
}

/** @returns the number of the row, which is out of the staging table */
async function refuse(
  { session, ctx, name, rejects }: WriteJob,
  { staging, rows }: UpsertTables,
  row: number,
  error: OsirisError,
): Promise<string> {
  const number = String(row);
  if (rejects === undefined) {
    const key = staging.key.map(({ source }) => source.name);
    throw new OsirisError({
      code: "mysql.row_refused",
      category: "data",
      message: `${displayName(name)}: the row with ${await describeKey(ctx, rows, key, number)} was refused: ${serverReason(error)}`,
      hint: "Correct the row in a step before, or set on_row_error: reject to write the others.",
      cause: error,
    });
  }
  await session.run(
    `DELETE FROM ${quoteTable(staging.name)} WHERE ${quoteName(staging.number.target.name)} = ${number}`,
  );
  return number;
}

import { OsirisError } from "../errors.ts";
import { quoteIdentifier } from "../identifiers.ts";
import {
  eraseCheckpoint,
  hasCheckpoint,
  placeOf,
  type Checkpoint,
  type TableSnapshot,
} from "./checkpoint-book.ts";
import type { RunDatabase } from "./run-database.ts";
import { dropStatement, stagedNames } from "./staging.ts";

/** Drops all that earlier attempts at a step have staged, and their checkpoint. */
export async function dropStaging(database: RunDatabase, stepId: string): Promise<void> {
  const staged = await stagedNames(database, stepId);
  // Nearly always there is nothing, and a question costs less than a transaction.
  if (staged.length === 0 && !(await hasCheckpoint(database, stepId))) return;
  await database.inTransaction([...staged.map(dropStatement), eraseCheckpoint(stepId)]);
}

/** Drops the staged tables of which a checkpoint says nothing. */
export async function dropBeyond(
  checkpoint: Checkpoint,
  database: RunDatabase,
  stepId: string,
): Promise<void> {
  const places = new Set(checkpoint.tables.map(placeOf));
  const beyond = (await stagedNames(database, stepId)).filter((name) => !places.has(name));
  if (beyond.length > 0) await database.inTransaction(beyond.map(dropStatement));
}

/**
 * Cuts off the rows that came after a checkpoint.
 * @throws OsirisError `checkpoint.incomplete` when rows of the checkpoint are missing
 */
export async function cutToCheckpoint(
  checkpoint: Checkpoint,
  database: RunDatabase,
  stepId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const staged = await stagedNames(database, stepId);
  for (const snapshot of checkpoint.tables) {
    const place = placeOf(snapshot);
    if (place === undefined) continue;
    const rows = staged.includes(place) ? (await database.describe(place)).rows : undefined;
    if (rows === undefined || rows < snapshot.rows) throw incomplete(snapshot);
    if (rows > snapshot.rows) await cut(place, snapshot.rows, database, signal);
  }
}

/**
 * Copies what stays, in its order, because the places of deleted rows would be gaps. DuckDB does it whole or not at all. (A
 * column may be called rowid.)
 */
async function cut(
  place: string,
  rows: number,
  database: RunDatabase,
  signal: AbortSignal | undefined,
): Promise<void> {
  const table = `main.${quoteIdentifier(place)}`;
  await database.query(`CREATE OR REPLACE TABLE ${table} AS FROM ${table} LIMIT ${rows}`, undefined, signal);
}

function incomplete({ table, rows }: TableSnapshot): OsirisError {
  return new OsirisError({
    code: "checkpoint.incomplete",
    category: "internal",
    message: `Table "${table}" does not have the ${rows} rows of the last checkpoint any more`,
    hint: "Run the pipeline anew, without --resume. Something other than Osiris has changed the run database.",
  });
}

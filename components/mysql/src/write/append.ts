import { isOsirisError, OsirisError, quoteIdentifier, type InputTable } from "@osiris/core";
import { loadRows, type LoadColumn } from "../load/load-rows.ts";
import { quoteTable, type TableName } from "../names.ts";
import { bindColumns, foldName } from "./bind-columns.ts";
import { displayName } from "./destination.ts";
import type { HeldRejects } from "./held-rejects.ts";
import type { TargetTable } from "./target-table.ts";
import { inTransaction, type Attempts } from "./transaction.ts";

/** The rows on their way, and what became of them. */
export interface WriteJob extends Attempts {
  readonly input: InputTable;
  /** The table that the step writes, as users know it: rows may go into another one first. */
  readonly name: Required<TableName>;
  /** Where rows go that are refused; undefined: such a row fails the step. */
  readonly rejects: HeldRejects | undefined;
}

export interface WriteOutcome {
  /** Rows of the input that are in the table. */
  readonly rows: number;
  readonly superseded: number;
}

export interface AppendOptions {
  /** Whether the rows that are in the table are deleted, in the same transaction. */
  readonly emptyFirst: boolean;
  /** Whether the step may be done again when the outcome is not known. */
  readonly repeatable: boolean;
}

/** Adds all rows to a table, in one transaction. */
export async function appendRows(
  job: WriteJob,
  table: TargetTable,
  { emptyFirst, repeatable }: AppendOptions,
): Promise<WriteOutcome> {
  const { session, config, ctx, input, name, rejects } = job;
  const { columns } = bindColumns(input.columns, table.columns, displayName(name));
  const load = {
    select: selectOf(input, columns),
    columns,
    target: table.name,
    shownTarget: name,
    key: namesOf(columns, config.primary_key ?? []),
  };
  const { transactional } = table;
  try {
    const { rows } = await inTransaction(job, { repeatable, transactional, isLast: true }, async () => {
      if (emptyFirst) await session.run(`DELETE FROM ${quoteTable(table.name)}`);
      return loadRows(session, load, config, ctx, rejects);
    });
    return { rows, superseded: 0 };
  } catch (error) {
    if (transactional || repeatable || isBeforeRows(error)) throw error;
    throw partlyWritten(name, error);
  }
}

/** The rows' own spelling of names that may differ in case, in the order of the names. */
export function namesOf(columns: readonly LoadColumn[], names: readonly string[]): readonly string[] {
  const sources = new Map(columns.map(({ source }) => [foldName(source.name), source.name]));
  return names.flatMap((name) => sources.get(foldName(name)) ?? []);
}

function selectOf(input: InputTable, columns: readonly LoadColumn[]): string {
  const names = columns.map(({ source }) => quoteIdentifier(source.name)).join(", ");
  return `SELECT ${names} FROM ${quoteIdentifier(input.table)}`;
}

/** A mistake in the config or the types, found before a row is sent. */
function isBeforeRows(error: unknown): boolean {
  return isOsirisError(error) && error.category === "usage";
}

/** What cannot be rolled back must not be tried again: rows would be in the table twice. */
function partlyWritten(name: TableName, error: unknown): OsirisError {
  const reason = error instanceof Error ? error.message : String(error);
  const { hint, category } = isOsirisError(error)
    ? error
    : { hint: undefined, category: "external" as const };
  return new OsirisError({
    code: "mysql.partly_written",
    category,
    message: `${displayName(name)} has no transactions, and some of the rows may be in it: ${reason}`,
    hint: `${hint ?? "Find out why."} Take out the rows of this run before you run it again.`,
    cause: error,
  });
}

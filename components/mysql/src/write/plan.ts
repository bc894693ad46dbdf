import { isOsirisError, type PlannedChange, type PlanRequest, type WritePlan } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import { openSession } from "../connection/session.ts";
import { serverErrno } from "../errors.ts";
import { addColumnsSql } from "./add-columns.ts";
import { listNames } from "./bind-columns.ts";
import { displayName, findDestination, type Destination } from "./destination.ts";

/** Of the config, and of the types of the rows. */
const REFUSALS: ReadonlySet<string> = new Set(["usage", "data"]);

/** What a run would change in the table, or why it would be refused. The session that looks cannot write. */
export async function planWrite({
  config,
  input,
  signal,
}: PlanRequest<MysqlWriterConfig>): Promise<WritePlan> {
  await using session = await openSession(config, { purpose: "read", signal });
  try {
    return { changes: plannedChanges(config, await findDestination(session, config, input?.columns)) };
  } catch (error) {
    // What the server says is no refusal: the question itself has failed.
    if (!isOsirisError(error) || !REFUSALS.has(error.category) || serverErrno(error) !== undefined)
      throw error;
    const { message, hint } = error;
    return { changes: [], refused: [{ message, ...(hint === undefined ? {} : { hint }) }] };
  }
}

function plannedChanges(config: MysqlWriterConfig, destination: Destination): readonly PlannedChange[] {
  return [...shapeChanges(destination), ...rowChanges(config, destination)];
}

function shapeChanges({ name, table, createSql, added }: Destination): readonly PlannedChange[] {
  const at = { kind: "table", name: displayName(name) };
  const create: PlannedChange = {
    ...at,
    action: "create",
    message: "makes the table",
    ...(createSql === undefined ? {} : { sql: createSql(name) }),
  };
  const alter: PlannedChange = {
    ...at,
    action: "alter",
    message: `adds ${listNames(added.map((column) => column.name))}`,
    sql: addColumnsSql(name, added),
  };
  return [...(table === undefined ? [create] : []), ...(added.length === 0 ? [] : [alter])];
}

function rowChanges(
  config: MysqlWriterConfig,
  { name, table, method }: Destination,
): readonly PlannedChange[] {
  const at = { kind: "table", name: displayName(name) };
  const rows = { count: table?.estimatedRows ?? 0, exact: table === undefined };
  const key = listNames(config.primary_key ?? []);
  const planned = {
    append: { ...at, action: "append", message: "adds the rows" },
    swap: {
      ...at,
      action: "replace",
      message: "puts a new table with the rows in the place of the old one",
      rows,
    },
    delete_insert: { ...at, action: "replace", message: "deletes all rows and inserts the new ones", rows },
    upsert: {
      ...at,
      action: "upsert",
      message: `updates rows with the same ${key}, and inserts the others`,
    },
  } satisfies Record<Destination["method"], PlannedChange>;
  return [planned[method], ...missingRows(config, at, key)];
}

function missingRows(
  { delete_missing, deleted_column }: MysqlWriterConfig,
  at: { readonly kind: string; readonly name: string },
  key: string,
): readonly PlannedChange[] {
  if (delete_missing === "none") return [];
  const does = delete_missing === "hard" ? "deletes rows" : `puts the time into ${deleted_column} of rows`;
  return [{ ...at, action: "delete", message: `${does} whose ${key} is not among the rows written` }];
}

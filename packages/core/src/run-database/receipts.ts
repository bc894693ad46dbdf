import type { JsonValue } from "../contract.ts";
import { quoteIdentifier, tableName } from "../identifiers.ts";
import { REJECTS } from "./rejects.ts";
import { dropStaging } from "./restore-staging.ts";
import type { RunDatabase, Statement } from "./run-database.ts";

/** A step's receipt is written in the transaction that publishes its tables: one is there exactly if the step is done. */
export const RECEIPTS_TABLE: Statement = {
  sql: "CREATE TABLE IF NOT EXISTS _osiris.receipts (step VARCHAR, receipt JSON)",
};

export function receiptStatements(stepId: string, receipt: JsonValue): readonly Statement[] {
  return [
    { sql: "DELETE FROM _osiris.receipts WHERE step = $1", params: [stepId] },
    { sql: "INSERT INTO _osiris.receipts VALUES ($1, $2)", params: [stepId, JSON.stringify(receipt)] },
  ];
}

/** What finished steps have left behind, by step id; none of it has been checked. */
export async function readReceipts(database: RunDatabase): Promise<ReadonlyMap<string, JsonValue>> {
  const { rows } = await database.lookUp("SELECT step, receipt FROM _osiris.receipts");
  return new Map(
    rows.map(({ step, receipt }) => [step as string, JSON.parse(receipt as string) as JsonValue]),
  );
}

/** Drops tables of a step that are read no more. Its receipt stays. */
export async function dropTables(
  database: RunDatabase,
  stepId: string,
  tables: readonly string[],
): Promise<void> {
  await database.inTransaction(
    tables.flatMap((table) => [
      { sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(table)}` },
      { sql: "DELETE FROM _osiris.steps WHERE step = $1 AND table_name = $2", params: [stepId, table] },
    ]),
  );
}

/** Makes it as if the steps had never run in this database, but for rows that wait behind a checkpoint. */
export async function forgetSteps(database: RunDatabase, stepIds: readonly string[]): Promise<void> {
  const { rows } = await database.lookUp(
    "SELECT step, table_name FROM _osiris.steps WHERE table_name IS NOT NULL",
  );
  const published = rows.flatMap(({ step, table_name }) =>
    stepIds.includes(step as string) ? [table_name as string] : [],
  );
  // Those of a step that failed are in no book.
  const tables = [...published, ...stepIds.map((step) => tableName(step, REJECTS))];
  await database.inTransaction([
    ...tables.map((table) => ({ sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(table)}` })),
    ...stepIds.flatMap((step) => [
      { sql: "DELETE FROM _osiris.steps WHERE step = $1", params: [step] },
      { sql: "DELETE FROM _osiris.receipts WHERE step = $1", params: [step] },
    ]),
  ]);
}

/** Drops what earlier attempts at the steps have staged: what they began with is there no more. */
export async function forgetCheckpoints(database: RunDatabase, stepIds: readonly string[]): Promise<void> {
  for (const step of stepIds) await dropStaging(database, step);
}

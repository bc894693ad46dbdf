import type { CreatedTable } from "../contract.ts";
import { quoteIdentifier } from "../identifiers.ts";
import { eraseCheckpoint } from "./checkpoint-book.ts";
import type { Statement } from "./run-database.ts";
import { dropStatement, staging } from "./staging.ts";

/**
 * What publishing a step is, statement by statement: its tables get their names, its checkpoint has done its work, and
 * the books say so. `leftovers` are staged tables that nothing needs any more.
 */
export function publishStatements(
  stepId: string,
  tables: readonly CreatedTable[],
  leftovers: readonly string[],
): readonly Statement[] {
  const renames = tables.flatMap(({ table }) => [
    dropStatement(table),
    { sql: `ALTER TABLE ${staging(table)} RENAME TO ${quoteIdentifier(table)}` },
  ]);
  const rows = tables.length > 0 ? tables : [{ table: null, rows: null }];
  const records = rows.map(({ table, rows }) => ({
    sql: "INSERT INTO _osiris.steps (step, table_name, row_count) VALUES ($1, $2, $3)",
    params: [stepId, table, rows],
  }));
  return [
    ...renames,
    ...leftovers.map(dropStatement),
    eraseCheckpoint(stepId),
    { sql: "DELETE FROM _osiris.steps WHERE step = $1", params: [stepId] },
    ...records,
  ];
}

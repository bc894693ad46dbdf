import { quoteIdentifier, tableName } from "../identifiers.ts";
import type { RunDatabase, Statement } from "./run-database.ts";

/**
 * Where a table grows until it is published. DuckDB renames tables only within one schema, hence a prefix. Step ids
 * start with a letter, so no published table can have such a name.
 */
export const STAGING_PREFIX = "_staging__";

/** The name under which a table is staged. */
export function stagingName(table: string): string {
  return `${STAGING_PREFIX}${table}`;
}

/** Where rows of JSON wait for their types. No table's staging name: those go on with a letter. */
export function rowsName(table: string): string {
  return `${STAGING_PREFIX}_rows__${table}`;
}

/** The staged table as SQL. */
export function staging(table: string): string {
  return `main.${quoteIdentifier(stagingName(table))}`;
}

export function dropStatement(name: string): Statement {
  return { sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(name)}` };
}

/** The names of all that attempts at a step have staged and left. */
export async function stagedNames(database: RunDatabase, stepId: string): Promise<readonly string[]> {
  const table = tableName(stepId);
  const { rows } = await database.lookUp(
    `SELECT table_name FROM duckdb_tables()
     WHERE database_name = current_database() AND schema_name = 'main'
       AND (table_name IN ($1, $2) OR starts_with(table_name, $1 || '__') OR starts_with(table_name, $2 || '__'))`,
    [stagingName(table), rowsName(table)],
  );
  return rows.map((row) => row["table_name"] as string);
}

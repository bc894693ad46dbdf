import type { CreatedTable, TableAsOptions } from "../contract.ts";
import type { GuardedConnection } from "./connection.ts";
import type { RunDatabase } from "./run-database.ts";
import { dropStatement, staging, stagingName } from "./staging.ts";

/** Where a table is made: under which name, and on which connection, which ends with it. */
export interface TableAsPlace {
  readonly table: string;
  readonly connection: GuardedConnection;
}

/** Stages a table that DuckDB makes of one SELECT. On failure nothing is there. */
export async function createTableAs(
  select: string,
  { params, provided }: TableAsOptions,
  database: RunDatabase,
  open: () => Promise<TableAsPlace>,
): Promise<CreatedTable> {
  const refusals: unknown[] = [];
  let place: TableAsPlace | undefined;
  // Before anything is awaited: it may reject at once, and somebody must listen.
  const accepted = provided?.catch((reason: unknown) => {
    refusals.push(reason);
    // What runs on it is interrupted.
    place?.connection.close();
  });
  try {
    place = await open();
    const { table, connection } = place;
    if (refusals.length > 0) throw refusals[0];
    await connection.run(`CREATE OR REPLACE TABLE ${staging(table)} AS\n${select}`, params);
    await accepted;
    if (refusals.length > 0) throw refusals[0];
    return { table, ...(await database.describe(stagingName(table))) };
  } catch (error) {
    await place?.connection.ended();
    if (refusals.length === 0) throw error;
    if (place !== undefined) await database.inTransaction([dropStatement(stagingName(place.table))]);
    throw refusals[0];
  } finally {
    place?.connection.close();
  }
}

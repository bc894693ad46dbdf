import type { Column } from "../contract.ts";
import { StagedJsonWriter } from "../json-rows/json-table-writer.ts";
import type { TableSnapshot } from "./checkpoint-book.ts";
import type { GuardedConnection } from "./connection.ts";
import type { RunDatabase } from "./run-database.ts";
import { columnsShape, jsonShape, type Shape } from "./same-shape.ts";
import { staging, stagingName } from "./staging.ts";
import { quoteIdentifier } from "../identifiers.ts";
import { ColumnarTableWriter } from "./table-writer.ts";

/** A table on its way: each can say what a checkpoint saves of it, and be closed or abandoned. */
export type StagedTable = ColumnarTableWriter | StagedJsonWriter | RestingTable;

/** A table to which nothing is added now. */
export class RestingTable {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly #snapshot: TableSnapshot;

  constructor(snapshot: TableSnapshot) {
    this.rows = snapshot.rows;
    this.columns = snapshot.columns;
    this.#snapshot = snapshot;
  }

  snapshot(): TableSnapshot {
    return this.#snapshot;
  }

  close(): void {}

  abandon(): void {}
}

export function shapeOf(table: StagedTable): Shape {
  return table instanceof StagedJsonWriter ? jsonShape(table.settings) : columnsShape(table.columns);
}

/** Makes the staged table, empty, whatever was there. */
export async function makeTable(
  table: string,
  columns: readonly Column[],
  database: RunDatabase,
): Promise<void> {
  const definition = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(", ");
  await database.inTransaction([{ sql: `CREATE OR REPLACE TABLE ${staging(table)} (${definition})` }]);
}

/** Opens the staged table, which has `rows` rows, on a connection that ends with the writer. */
export async function openTable(
  table: string,
  columns: readonly Column[],
  rows: number,
  connect: () => Promise<GuardedConnection>,
): Promise<ColumnarTableWriter> {
  const connection = await connect();
  try {
    const target = { table, stagingTable: stagingName(table) };
    return await ColumnarTableWriter.open(target, columns, connection, rows);
  } catch (error) {
    connection.close();
    throw error;
  }
}

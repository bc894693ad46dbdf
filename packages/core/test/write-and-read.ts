import { StepTables, type Cell, type CellInput, type Column, type RunDatabase } from "../src/index.ts";

/** Publishes a table "step" with these rows, written by the table writer. */
export async function writeRows(
  database: RunDatabase,
  columns: readonly Column[],
  rows: Iterable<Readonly<Record<string, CellInput>>>,
): Promise<void> {
  const tables = await StepTables.open(database, "step");
  const writer = await tables.create(columns);
  for (const row of rows) writer.append(row);
  await tables.publish(await tables.seal());
}

/** All cells of the table "step", column by column. */
export async function readColumns(database: RunDatabase): Promise<Readonly<Record<string, readonly Cell[]>>> {
  const cells: Record<string, Cell[]> = {};
  for await (const batch of database.read("step")) {
    for (const column of batch.columns) {
      const read = (cells[column.name] ??= []);
      for (let row = 0; row < batch.rowCount; row++) read.push(column.get(row));
    }
  }
  return cells;
}

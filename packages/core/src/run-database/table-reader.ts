import type { ColumnBatch, ReadOptions } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { quoteIdentifier } from "../identifiers.ts";
import type { RunDatabase } from "./run-database.ts";

/** Streams a table on a connection of its own and refuses to end early without saying so. */
export async function* readTable(
  database: RunDatabase,
  table: string,
  options: ReadOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<ColumnBatch> {
  const { rows: expected } = await database.describe(table);
  const columns = options.columns?.map(quoteIdentifier).join(", ") ?? "*";
  const order = options.orderBy?.map((name) => `${quoteIdentifier(name)} NULLS LAST`).join(", ");
  const connection = await database.connect(signal);
  let read = 0;
  try {
    const sql = `SELECT ${columns} FROM main.${quoteIdentifier(table)}${order ? ` ORDER BY ${order}` : ""}`;
    for await (const batch of connection.stream(sql)) {
      read += batch.rowCount;
      yield batch;
    }
  } finally {
    connection.close();
  }
  if (read !== expected) {
    throw new OsirisError({
      code: "table.short_read",
      category: "internal",
      message: `Read ${read} rows of table "${table}", which has ${expected}.`,
    });
  }
}

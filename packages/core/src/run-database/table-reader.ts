import type { ColumnBatch, ReadOptions } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { quoteIdentifier } from "../identifiers.ts";
import type { RunDatabase } from "./run-database.ts";

/** How far a table has been read; the reader keeps it true. */
export interface ReadTally {
  rows: number;
  /** All rows of the table; 0 until it was looked up. */
  total: number;
}

/** Streams a table on a connection of its own and refuses to end early without saying so. */
export async function* readTable(
  database: RunDatabase,
  table: string,
  options: ReadOptions,
  signal: AbortSignal | undefined,
  tally: ReadTally = { rows: 0, total: 0 },
): AsyncGenerator<ColumnBatch> {
  const { rows: expected } = await database.describe(table);
  tally.total = expected;
  const columns = options.columns?.map(quoteIdentifier).join(", ") ?? "*";
  const order = options.orderBy?.map((name) => `${quoteIdentifier(name)} NULLS LAST`).join(", ");
  const connection = await database.connect(signal);
  try {
    const sql = `SELECT ${columns} FROM main.${quoteIdentifier(table)}${order ? ` ORDER BY ${order}` : ""}`;
    for await (const batch of connection.stream(sql)) {
      tally.rows += batch.rowCount;
      yield batch;
    }
  } finally {
    connection.close();
  }
  if (tally.rows !== expected) {
    throw new OsirisError({
      code: "table.short_read",
      category: "internal",
      message: `Read ${tally.rows} rows of table "${table}", which has ${expected}.`,
    });
  }
}

import { join } from "node:path";
import { DATABASE_FILE, quoteLiteral, RunDatabase } from "@osiris/core";
import { mkdtempSync, rmSync } from "node:fs";
import { stringify } from "yaml";

/** The columns of the measured file, and their types. */
export const COLUMNS: Readonly<Record<string, string>> = {
  id: "BIGINT",
  customer: "BIGINT",
  price: "DECIMAL(12,2)",
  amount: "DECIMAL(18,4)",
  day: "DATE",
  ts: "TIMESTAMP",
  name: "VARCHAR",
  flag: "BOOLEAN",
};

/** What the middle step does: a column more, a third of the rows less. */
export const QUERY = "SELECT *, price * 2 AS double_price FROM input_df WHERE NOT flag";

/** A file of so many records: numbers, decimals, a day, a time, a text and a flag in each. */
export async function writeInput(rows: number, folder: string): Promise<void> {
  const scratch = mkdtempSync(join(folder, "scratch-"));
  try {
    await using database = await RunDatabase.open(
      join(scratch, DATABASE_FILE),
      {},
      { files: [], directories: [folder] },
    );
    await database.query(`COPY (SELECT i AS id, (i * 7919) % 100000 AS customer, ((i % 5000) / 100)::DECIMAL(12,2) AS price,
        (i * 1.3717)::DECIMAL(18,4) AS amount, DATE '2020-01-01' + (i % 2000)::INTEGER AS day,
        TIMESTAMP '2024-01-01' + to_microseconds(i * 1000003) AS ts, 'name of customer ' || (i % 997) AS name, i % 3 = 0 AS flag
      FROM range(${rows}) t(i)) TO ${quoteLiteral(join(folder, "in.csv"))} (FORMAT csv, HEADER)`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The pipeline; without `dtype` its types are found. */
export function pipelineText(dtype?: Readonly<Record<string, string>>): string {
  return stringify({
    oml_version: "0.1.0",
    name: "bench",
    steps: [
      {
        id: "rows",
        component: "filesystem.csv_extractor",
        mode: "read",
        config: { path: "in.csv", ...(dtype === undefined ? {} : { dtype }) },
      },
      { id: "sql", component: "duckdb.processor", mode: "transform", config: { query: QUERY } },
      { id: "copy", component: "filesystem.csv_writer", mode: "write", config: { path: "out/osiris.csv" } },
    ],
  });
}

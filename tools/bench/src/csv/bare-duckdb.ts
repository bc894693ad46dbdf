/**
 * What the pipeline does, as statements of DuckDB and nothing else: `node bare-duckdb.ts three|one <folder>`. The
 * database has the settings of a run's.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, quoteLiteral, RunDatabase } from "@osiris/core";
import { COLUMNS, QUERY } from "./input.ts";

const [what = "", folder = ""] = process.argv.slice(2);
const types = Object.entries(COLUMNS).map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`);
const read = `read_csv(${quoteLiteral(join(folder, "in.csv"))}, auto_detect = false, header = true, columns = {${types.join(", ")}})`;
const out = `TO ${quoteLiteral(join(folder, `out/${what}.csv`))} (FORMAT csv, HEADER)`;
const path = join(mkdtempSync(join(folder, "bare-")), DATABASE_FILE);
const database = await RunDatabase.open(path, {}, { files: [], directories: [folder] });
const connection = await database.connect();
if (what === "three") {
  await connection.run(`CREATE TABLE input_df AS FROM ${read}`);
  await connection.run(`CREATE TABLE result AS ${QUERY}`);
  await connection.run(`COPY result ${out}`);
} else {
  await connection.run(`COPY (WITH input_df AS (FROM ${read}) ${QUERY}) ${out}`);
}
connection.close();
await database.close();

/** What one writes without Osiris: `node plain-inserts.ts <url> <file> <table>`. Rows of the file, tabs between the values. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createConnection } from "mysql2/promise";

const ROWS = 1000;

const [url = "", file = "", table = ""] = process.argv.slice(2);
await using connection = await createConnection(url);
const start = performance.now();
let rows: string[][] = [];
const insert = async (): Promise<void> => {
  if (rows.length > 0) await connection.query(`INSERT INTO ${table} VALUES ?`, [rows]);
  rows = [];
};
for await (const line of createInterface(createReadStream(file))) {
  rows.push(line.split("\t"));
  if (rows.length === ROWS) await insert();
}
await insert();
process.stdout.write(JSON.stringify({ milliseconds: performance.now() - start }));

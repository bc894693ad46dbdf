/**
 * Reads the rows of a query more slowly than the server sends them, and prints how many there were and how much memory that took,
 * in bytes. Run by a test, as a process of its own: `node slow-reader.ts <config> <query>`.
 */
import { Secret } from "@osiris/core";
import type { MysqlConnection } from "../src/config.ts";
import { openSession } from "../src/connection/session.ts";
import { prepareRows } from "../src/rows/read-rows.ts";

const [config = "", sql = ""] = process.argv.slice(2);
const { password, ...rest } = JSON.parse(config) as { password: string };
const signal = new AbortController().signal;
const connection = { ...rest, password: new Secret(password) } as unknown as MysqlConnection;

await using session = await openSession(connection, { purpose: "read", signal });
const prepared = await prepareRows(
  session,
  { sql },
  { decoder: "binary", types: { zeroDates: "null", tinyint1: "integer" } },
);
const nobody = new Int32Array(new SharedArrayBuffer(4));
const before = process.memoryUsage.rss();
let most = before;
const { rows } = await prepared.read([], {
  rows: () => {
    Atomics.wait(nobody, 0, 0, 5);
    most = Math.max(most, process.memoryUsage.rss());
  },
});
process.stdout.write(JSON.stringify({ rows, grown: most - before }));

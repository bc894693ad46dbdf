import { setTimeout as wait } from "node:timers/promises";
import { mariadbServer, useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { openClient } from "./server.ts";
import { statementProxy } from "./statement-proxy.ts";
import { counts, writing, type Writing } from "./writing.ts";

const server = useServer(mariadbServer({ settings: { "innodb-lock-wait-timeout": "1" } }));

const MOVIES = "SELECT * FROM (VALUES (1, 'Up'), (2, 'Heat')) AS t(id, title)";
const TABLE = "(id BIGINT PRIMARY KEY, title VARCHAR(20) UNIQUE)";
const upsert = (table: string, more: Readonly<Record<string, unknown>> = {}) => ({
  table,
  mode: "upsert",
  primary_key: ["id"],
  ...more,
});

/** Resolves when a session of the server waits for a lock of rows. */
async function lockWait(judge: Writing): Promise<void> {
  while ((await status(judge, "Innodb_row_lock_current_waits")) === 0) await wait(10);
}

async function status({ rows }: Writing, name: string): Promise<number> {
  const [row] = await rows(`SHOW GLOBAL STATUS LIKE '${name}'`);
  return Number(row?.[1]);
}

/** Resolves when a session of the server is in a state. */
async function inState({ values }: Writing, state: string): Promise<void> {
  const sql = `SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE '${state}'`;
  while ((await values(sql))[0] === "0") await wait(10);
}

test("a deadlock is rolled back and done again, and rejects count once", async () => {
  const judge = await writing(server);
  const other = await openClient(server);
  await judge.client.query(
    `CREATE TABLE f1 ${TABLE}; INSERT INTO f1 VALUES (1, 'One'), (2, 'Two'), (3, 'Three'), (9, 'Taken'); CREATE TABLE f1_weight (n INT)`,
  );
  await other.query("SET innodb_lock_wait_timeout = 60; START TRANSACTION");
  // The server rolls back whoever has changed less.
  await other.query(
    "INSERT INTO f1_weight SELECT seq FROM seq_1_to_1000; UPDATE f1 SET title = 'Drei' WHERE id = 3",
  );
  const writes = judge.write(
    "SELECT * FROM (VALUES (1, 'Taken'), (2, 'Zwei'), (3, 'Trois'), (4, 'Four')) AS t(id, title)",
    upsert("f1", { on_row_error: "reject" }),
  );
  await lockWait(judge);
  await other.query("UPDATE f1 SET title = 'Deux' WHERE id = 2; COMMIT");
  await other.end();
  const run = await writes;
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([3, 1, 0]);
  expect(await run.values("SELECT row->>'id' FROM target__rejects")).toEqual(["1"]);
  expect(run.events).toContainEqual(
    expect.objectContaining({ event: "mysql.retry", retry: 1, reason: expect.stringContaining("deadlock") }),
  );
  expect(run.metrics).toMatchObject({ "mysql.retries": 1 });
  expect(await judge.rows("SELECT * FROM f1 ORDER BY id")).toEqual([
    ["1", "One"],
    ["2", "Zwei"],
    ["3", "Trois"],
    ["4", "Four"],
    ["9", "Taken"],
  ]);
});

test("a lock that nobody gives up fails the step after max_retries, and may pass in its next attempt", async () => {
  const judge = await writing(server);
  const other = await openClient(server);
  await judge.client.query(`CREATE TABLE f2 ${TABLE}; INSERT INTO f2 VALUES (1, 'One')`);
  await other.query("START TRANSACTION; UPDATE f2 SET title = 'Eins'");
  const run = await judge.write(MOVIES, upsert("f2", { max_retries: 1 }));
  expect(run.error).toMatchObject({ code: "mysql.lock_timeout", retryable: true });
  expect(run.events.filter(({ event }) => event === "mysql.retry")).toHaveLength(1);
  const writes = judge.write(MOVIES, upsert("f2", { max_retries: 0 }), { attempts: 20 });
  await lockWait(judge);
  await other.query("ROLLBACK");
  await other.end();
  expect((await writes).error).toBeUndefined();
  expect(await judge.values("SELECT title FROM f2 ORDER BY id")).toEqual(["Up", "Heat"]);
});

test("an append that meets a lock is done again as a whole, and rejects count once", async () => {
  const judge = await writing(server);
  const other = await openClient(server);
  await judge.client.query(`CREATE TABLE f3 ${TABLE}; INSERT INTO f3 VALUES (1, 'Taken')`);
  await other.query("START TRANSACTION; INSERT INTO f3 VALUES (2, 'Mine')");
  const waits = await status(judge, "Innodb_row_lock_waits");
  const writes = judge.write(MOVIES, { table: "f3", load: "insert", on_row_error: "reject" });
  // The second wait is that of the second try.
  while ((await status(judge, "Innodb_row_lock_waits")) < waits + 2) await wait(10);
  await other.query("ROLLBACK");
  await other.end();
  const run = await writes;
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([1, 1, 0]);
  expect(await run.values("SELECT row->>'id' FROM target__rejects")).toEqual(["1"]);
  expect(await judge.values("SELECT title FROM f3 ORDER BY id")).toEqual(["Taken", "Heat"]);
});

test.each([
  ["statement", []],
  ["answer", ["1", "2"]],
] as const)(
  "a connection that is lost at the COMMIT of an append is told: its %s",
  async (loss, expected) => {
    const { client, write, values } = await writing(server);
    await client.query(`CREATE OR REPLACE TABLE f4 ${TABLE}`);
    const proxy = await statementProxy(server, { text: "COMMIT", loss });
    const run = await write(MOVIES, { table: "f4", ...proxy }, { attempts: 3 });
    expect(run.error).toMatchObject({ code: "mysql.commit_unclear", retryable: false });
    expect(await values("SELECT id FROM f4 ORDER BY id")).toEqual(expected);
  },
);

test.each([
  ["statement", []],
  ["answer", [["f9", "1,2"]]],
] as const)(
  "an append that makes its table never adds its rows twice: the RENAME loses its %s",
  async (loss, expected) => {
    const { client, write, values } = await writing(server);
    await client.query("DROP TABLE IF EXISTS f9");
    const proxy = await statementProxy(server, { text: "RENAME", loss });
    const run = await write(MOVIES, { table: "f9", create_table: true, ...proxy }, { attempts: 3 });
    expect(run.error).toMatchObject({ code: "mysql.commit_unclear", retryable: false });
    const found: unknown[] = [];
    for (const table of await values("SHOW TABLES LIKE '%f9%'")) {
      found.push([table, ...(await values(`SELECT GROUP_CONCAT(id ORDER BY id) FROM \`${String(table)}\``))]);
    }
    expect(found).toEqual(expected);
  },
);

test.each(["statement", "answer"] as const)(
  "a connection that is lost at the COMMIT of an upsert does no harm: its %s",
  async (loss) => {
    const { client, write, rows } = await writing(server);
    await client.query(`CREATE OR REPLACE TABLE f5 ${TABLE}; INSERT INTO f5 VALUES (1, 'Old'), (5, 'Gone')`);
    // The first COMMIT is that of the staging table.
    const proxy = await statementProxy(server, { text: "COMMIT", nth: 2, loss });
    const run = await write(
      MOVIES,
      { ...upsert("f5", { delete_missing: "hard" }), ...proxy },
      { attempts: 2 },
    );
    expect(run.error).toBeUndefined();
    expect(run.events).toContainEqual(expect.objectContaining({ event: "step_retry" }));
    expect(await rows("SELECT * FROM f5 ORDER BY id")).toEqual([
      ["1", "Up"],
      ["2", "Heat"],
    ]);
  },
);

test.each(["LOAD DATA", "COMMIT", "RENAME"])(
  "a swap whose connection is lost at %s leaves the old table",
  async (text) => {
    const { client, write, values } = await writing(server);
    await client.query(
      "CREATE OR REPLACE TABLE f6 (id BIGINT, title TEXT); INSERT INTO f6 VALUES (7, 'Old')",
    );
    const proxy = await statementProxy(server, { text, loss: "statement" });
    const run = await write(MOVIES, { table: "f6", mode: "replace", ...proxy });
    expect(run.error).toMatchObject({ retryable: true });
    expect(await values("SELECT id FROM f6")).toEqual(["7"]);
    expect(await values("SHOW TABLES LIKE 'osiris\\_f6%'")).toEqual([]);
  },
);

test("an abort ends a write that waits, and leaves nothing", async () => {
  const judge = await writing(server);
  const other = await openClient(server);
  await judge.client.query("CREATE TABLE f7 (id BIGINT, title TEXT); INSERT INTO f7 VALUES (7, 'Old')");
  await other.query("START TRANSACTION; SELECT * FROM f7");
  const abort = new AbortController();
  const swaps = judge.write(MOVIES, { table: "f7", mode: "replace" }, { signal: abort.signal });
  await inState(judge, "Waiting for table metadata lock");
  abort.abort();
  const run = await swaps;
  expect(run.record.status).toBe("cancelled");
  await other.end();
  expect(await judge.values("SELECT id FROM f7")).toEqual(["7"]);
  expect(await judge.values("SHOW TABLES LIKE 'osiris\\_f7%'")).toEqual([]);
});

test("an abort in the middle of an upsert leaves the table as it was", async () => {
  const judge = await writing(server);
  const other = await openClient(server);
  await judge.client.query(`CREATE TABLE f8 ${TABLE}; INSERT INTO f8 VALUES (1, 'One'), (2, 'Two')`);
  await other.query("START TRANSACTION; UPDATE f8 SET title = 'Zwei' WHERE id = 2");
  const abort = new AbortController();
  const writes = judge.write(MOVIES, upsert("f8", { max_retries: 100 }), { signal: abort.signal });
  await lockWait(judge);
  abort.abort();
  expect((await writes).record.status).toBe("cancelled");
  await other.query("ROLLBACK");
  await other.end();
  expect(await judge.values("SELECT title FROM f8 ORDER BY id")).toEqual(["One", "Two"]);
});

test.each(["append", "replace", "upsert"])("too many rejects leave the table as it was: %s", async (mode) => {
  const { client, write, rows } = await writing(server);
  const table = `rejects_${mode}`;
  await client.query(
    `CREATE TABLE ${table} (id BIGINT PRIMARY KEY, n TINYINT); INSERT INTO ${table} VALUES (1, 1)`,
  );
  const select = "SELECT i AS id, i * 20 AS n FROM range(2, 11) t(i)";
  const config = { table, mode, primary_key: ["id"], on_row_error: "reject" };
  for (const limit of [3, "40%"]) {
    const run = await write(select, config, { max_rejects: limit });
    expect(run.error).toMatchObject({ code: "step.too_many_rejects" });
    expect(await run.values("SELECT count(*) FROM target__rejects")).toEqual([4n]);
    expect(await rows(`SELECT * FROM ${table}`)).toEqual([["1", 1]]);
  }
  expect(counts(await write(select, config, { max_rejects: "45%" }))).toEqual([5, 4, 0]);
});

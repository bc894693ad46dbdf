import { setTimeout as sleep } from "node:timers/promises";
import { useServer } from "@osiris/services";
import { expect, onTestFinished, test } from "vitest";
import { append, execute, ROUTES, rowsOf } from "./load-fixture.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

/** Sets a variable of the server, for new sessions, until the test ends. */
async function setGlobal(name: string, value: number): Promise<void> {
  const [row] = await rowsOf(server, `SELECT @@GLOBAL.${name}`);
  onTestFinished(() => execute(server, `SET GLOBAL ${name} = ${String(row?.[0])}`));
  await execute(server, `SET GLOBAL ${name} = ${value}`);
}

/** The server's session that runs a statement which begins so. */
async function sessionWith(statement: string): Promise<string> {
  for (;;) {
    const [row] = await rowsOf(
      server,
      `SELECT id FROM information_schema.processlist WHERE info LIKE '${statement}%'`,
    );
    if (row !== undefined) return String(row[0]);
    await sleep(5);
  }
}

const MANY = "SELECT i AS id, repeat('x', 50) AS text FROM range(500000) AS t(i)";
const STATEMENT = { load_data: "LOAD DATA", insert: "INSERT INTO" } as const;

test("auto takes INSERT where the server allows no LOAD DATA LOCAL, and load_data says so", async () => {
  await setGlobal("local_infile", 0);
  await execute(server, "CREATE TABLE not_local (id INT PRIMARY KEY)");
  const query = "SELECT i AS id FROM range(5) AS t(i)";
  const forced = await append(server, query, { table: "not_local", load: "load_data" });
  expect(forced.error).toMatchObject({ code: "mysql.load_data_unavailable", category: "usage" });
  const run = await append(server, query, { table: "not_local" });
  expect(run.error).toBeUndefined();
  expect(run.events.filter(({ event }) => event === "mysql.route")).toMatchObject([
    { route: "insert", reason: "the server's local_infile is off" },
  ]);
  expect(await rowsOf(server, "SELECT COUNT(*) FROM not_local")).toEqual([["5"]]);
});

test.each(ROUTES)("rows larger than a packet of the server: by %s", async (load) => {
  const table = `packets_${load}`;
  await execute(server, `CREATE TABLE ${table} (id INT PRIMARY KEY, text LONGTEXT, bytes LONGBLOB)`);
  await setGlobal("max_allowed_packet", 16_384);
  const query = `SELECT i AS id, repeat('ü', CASE i WHEN 500 THEN 20000 ELSE 40 END) AS text,
    repeat('b', 2000)::BLOB AS bytes FROM range(1000) AS t(i)`;
  const failed = await append(server, query, { table, load: "insert", primary_key: ["id"] });
  expect(failed.error).toMatchObject({ code: "mysql.row_refused" });
  expect(failed.error?.message).toMatch(
    /row 501 \(id = 500\) .* takes 44\d{3} bytes, more than the server's max_allowed_packet of 16384/,
  );
  const run = await append(server, query, { table, load, on_row_error: "reject" });
  expect(run.error).toBeUndefined();
  const rejected = load === "insert" ? 1 : 0;
  expect(await run.values("SELECT count(*) FROM write__rejects")).toEqual([BigInt(rejected)]);
  expect(
    await rowsOf(server, `SELECT COUNT(*), SUM(CHAR_LENGTH(text)), SUM(LENGTH(bytes)) FROM ${table}`),
  ).toEqual([
    [String(1000 - rejected), String(999 * 40 + (1 - rejected) * 20_000), String((1000 - rejected) * 2000)],
  ]);
});

test.each(ROUTES)(
  "an engine without transactions: a refused row by %s is told, not counted twice",
  async (load) => {
    const table = `myisam_${load}`;
    await execute(server, `CREATE TABLE ${table} (id TINYINT PRIMARY KEY) ENGINE=MyISAM`);
    const query = "SELECT i AS id FROM range(120, 140) AS t(i)";
    const run = await append(server, query, { table, load, on_row_error: "reject" });
    expect(run.error?.message).toContain("its engine has no transactions");
  },
);

test.each(ROUTES)("a run that is cancelled in the middle, by %s, leaves nothing", async (load) => {
  const table = `cancelled_${load}`;
  await execute(server, `CREATE TABLE ${table} (id INT PRIMARY KEY, text TEXT)`);
  const cancel = new AbortController();
  const running = append(server, MANY, { table, load }, { signal: cancel.signal });
  await sessionWith(`${STATEMENT[load]}%${table}`);
  cancel.abort();
  const run = await running;
  expect(run.record.status).toBe("cancelled");
  expect(await rowsOf(server, `SELECT COUNT(*) FROM ${table}`)).toEqual([["0"]]);
});

test.each(ROUTES)("a connection that is lost in the middle, by %s, leaves nothing", async (load) => {
  const table = `lost_${load}`;
  await execute(server, `CREATE TABLE ${table} (id INT PRIMARY KEY, text TEXT)`);
  const running = append(server, MANY, { table, load });
  await execute(server, `KILL CONNECTION ${await sessionWith(`${STATEMENT[load]}%${table}`)}`);
  const run = await running;
  expect(run.error).toMatchObject({ category: "external", retryable: true });
  expect(await rowsOf(server, `SELECT COUNT(*) FROM ${table}`)).toEqual([["0"]]);
});

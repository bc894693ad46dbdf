import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { counts, writing } from "./writing.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

const MOVIES = "SELECT * FROM (VALUES (1, 'Up'), (2, 'Heat')) AS t(id, title)";

test("a row that is refused leaves nothing of the others", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE TABLE a1 (id BIGINT PRIMARY KEY, title VARCHAR(20)); INSERT INTO a1 VALUES (2, 'Up')",
  );
  const run = await write(MOVIES, { table: "a1" });
  expect(run.error).toBeDefined();
  expect(await values("SELECT id FROM a1")).toEqual(["2"]);
});

test("columns are found whatever the case of their names", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE a2 (ID BIGINT PRIMARY KEY, `Title` VARCHAR(20), seen BIGINT DEFAULT 7)");
  const run = await write(MOVIES, { table: "a2" });
  expect(run.error).toBeUndefined();
  expect(await rows("SELECT * FROM a2 ORDER BY id")).toEqual([
    ["1", "Up", "7"],
    ["2", "Heat", "7"],
  ]);
});

test("columns that the table lacks fail the step before a row is sent, with the statement that would add them", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE a3 (id BIGINT)");
  const run = await write(MOVIES, { table: "a3" });
  expect(run.error).toMatchObject({ code: "mysql.new_columns", category: "usage" });
  expect(run.error?.hint).toMatch(/ALTER TABLE `osiris_test`\.`a3` ADD COLUMN `title` \w+/);
  expect(await values("SELECT COUNT(*) FROM a3")).toEqual(["0"]);
});

test("add_columns adds them, and says so", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE a4 (id BIGINT); INSERT INTO a4 VALUES (0)");
  const run = await write(MOVIES, { table: "a4", on_schema_change: "add_columns" });
  expect(run.error).toBeUndefined();
  expect(await rows("SELECT id, title FROM a4 ORDER BY id")).toEqual([
    ["0", null],
    ["1", "Up"],
    ["2", "Heat"],
  ]);
  expect(run.events).toContainEqual(
    expect.objectContaining({ event: "mysql.columns_added", table: "osiris_test.a4" }),
  );
});

test("a type that the table has no place for is found before columns are added", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE a16 (id DATE)");
  const run = await write(MOVIES, { table: "a16", on_schema_change: "add_columns" });
  expect(run.error).toMatchObject({ code: "mysql.type_mismatch" });
  expect(await values("SHOW COLUMNS FROM a16")).toEqual(["id"]);
});

test("a column that the rows lack and the table needs fails the step before a row is sent", async () => {
  const { client, write } = await writing(server);
  await client.query(
    "CREATE TABLE a5 (id BIGINT, title VARCHAR(20), n BIGINT AUTO_INCREMENT PRIMARY KEY, year INT NOT NULL)",
  );
  const run = await write(MOVIES, { table: "a5" });
  expect(run.error).toMatchObject({ code: "mysql.missing_columns" });
  expect(run.error?.message).toContain("lack year,");
});

test("a generated column cannot be written", async () => {
  const { client, write } = await writing(server);
  await client.query("CREATE TABLE a6 (id BIGINT, title VARCHAR(20) AS (CONCAT('no ', id)) STORED)");
  const run = await write(MOVIES, { table: "a6" });
  expect(run.error).toMatchObject({ code: "mysql.generated_column" });
});

test("a view is refused, and a table that is not there", async () => {
  const { client, write } = await writing(server);
  await client.query("CREATE TABLE a7 (id BIGINT, title TEXT); CREATE VIEW a7_view AS SELECT * FROM a7");
  expect((await write(MOVIES, { table: "a7_view" })).error).toMatchObject({ code: "mysql.view" });
  expect((await write(MOVIES, { table: "nowhere" })).error).toMatchObject({ code: "mysql.table_not_found" });
});

test("a table that is made is not there when its rows were refused", async () => {
  const { write, values } = await writing(server);
  const select = "SELECT * FROM (VALUES (1), (1)) AS t(id)";
  const run = await write(select, { table: "a8", create_table: true, primary_key: ["id"] });
  expect(await values("SHOW TABLES LIKE '%a8%'")).toEqual([]);
  expect(run.error).toBeDefined();
});

test("a table that is made has the rows", async () => {
  const { write, rows, values } = await writing(server);
  const run = await write(MOVIES, { table: "a9", create_table: true });
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([2, 0, 0]);
  expect(await rows("SELECT id, title FROM a9 ORDER BY id")).toEqual([
    [1, "Up"],
    [2, "Heat"],
  ]);
  expect(await values("SHOW TABLES LIKE 'osiris_a9%'")).toEqual([]);
});

test("an engine without transactions is told, and a failure says what it may have left", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE TABLE a10 (id BIGINT PRIMARY KEY, title TEXT) ENGINE=MyISAM; INSERT INTO a10 VALUES (2, 'Up')",
  );
  const run = await write(MOVIES, { table: "a10" }, { attempts: 3 });
  expect(run.warnings).toEqual([expect.stringContaining("MyISAM, which has no transactions")]);
  expect(run.error).toMatchObject({ code: "mysql.partly_written" });
  expect(await values("SELECT id FROM a10 ORDER BY id")).toEqual(["1", "2"]);
});

test("names of more than one database, odd characters and quotes", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE DATABASE `o``ther`");
  const run = await write(`SELECT 1 AS "a""b\`c'd", 2 AS "ünï"`, {
    schema: "o`ther",
    table: "a `b`; DROP",
    create_table: true,
  });
  expect(run.error).toBeUndefined();
  expect(await values("SELECT `a\"b``c'd` + `ünï` FROM `o``ther`.`a ``b``; DROP`")).toEqual(["3"]);
});

test("no rows at all", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE a12 (id BIGINT, title TEXT)");
  const run = await write(`${MOVIES} WHERE id > 9`, { table: "a12" });
  expect(run.error).toBeUndefined();
  expect(counts(run)[0]).toBe(0);
  expect(await values("SELECT COUNT(*) FROM a12")).toEqual(["0"]);
});

test("rejects have any text in them", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE a15 (id BIGINT, title VARCHAR(5))");
  const run = await write(
    "SELECT 1 AS id, 'a' || chr(8232) || chr(8233) || chr(133) || chr(13) || chr(10) || chr(92) AS title UNION ALL SELECT 2, 'Up'",
    { table: "a15", on_row_error: "reject" },
  );
  expect(counts(run)).toEqual([1, 1, 0]);
  expect(await run.values(`SELECT "row"->>'title' FROM target__rejects`)).toEqual([
    "a\u2028\u2029\u0085\r\n\\",
  ]);
  expect(await values("SELECT id FROM a15")).toEqual(["2"]);
});

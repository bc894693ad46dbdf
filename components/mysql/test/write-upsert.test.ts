import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { counts, writing } from "./writing.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

const upsert = (table: string, more: Readonly<Record<string, unknown>> = {}) => ({
  table,
  mode: "upsert",
  primary_key: ["id"],
  ...more,
});

function movies(...rows: readonly string[]): string {
  return `SELECT * FROM (VALUES ${rows.join(", ")}) AS t(id, title)`;
}

const TABLE = "(id BIGINT PRIMARY KEY, title VARCHAR(20), seen BIGINT DEFAULT 7)";

test("rows with the key are updated, the others inserted, and what the rows do not have stays", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    `CREATE TABLE u1 ${TABLE}; INSERT INTO u1 VALUES (1, 'Old', 1), (2, 'Heat', 2), (9, 'Kept', 9)`,
  );
  const run = await write(movies("(1, 'Up')", "(2, 'Heat')", "(3, 'Brazil')"), upsert("u1"));
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([3, 0, 0]);
  expect(run.metrics).toMatchObject({ "mysql.rows_inserted": 1, "mysql.rows_matched": 2 });
  expect(await rows("SELECT * FROM u1 ORDER BY id")).toEqual([
    ["1", "Up", "1"],
    ["2", "Heat", "2"],
    ["3", "Brazil", "7"],
    ["9", "Kept", "9"],
  ]);
});

test("of rows with one key the last counts, and the others are superseded", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(`CREATE TABLE u2 ${TABLE}`);
  const run = await write(movies("(1, 'First')", "(2, 'Heat')", "(1, 'Last')", "(1, NULL)"), upsert("u2"));
  expect(counts(run)).toEqual([2, 0, 2]);
  expect(await rows("SELECT id, title FROM u2 ORDER BY id")).toEqual([
    ["1", null],
    ["2", "Heat"],
  ]);
});

test("order_by says which is the last: NULLs first, and of equals the last in the table", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE u3 (id BIGINT PRIMARY KEY, v BIGINT, title TEXT)");
  const select = `SELECT * FROM (VALUES (1, 5, 'a'), (1, NULL, 'b'), (1, 5, 'c'), (1, 3, 'd'), (2, NULL, 'e')) AS t(ID, V, title)`;
  const run = await write(select, upsert("u3", { order_by: ["v"] }));
  expect(counts(run)).toEqual([2, 0, 3]);
  expect(await rows("SELECT * FROM u3 ORDER BY id")).toEqual([
    ["1", "5", "c"],
    ["2", null, "e"],
  ]);
});

test("order_by counts in its own order, not in that of the columns", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE u22 (id BIGINT PRIMARY KEY, minor BIGINT, major BIGINT)");
  const select = "SELECT * FROM (VALUES (1, 1, 2), (1, 2, 1), (1, 0, 2)) AS t(id, minor, major)";
  expect(counts(await write(select, upsert("u22", { order_by: ["Major", "Minor"] })))).toEqual([1, 0, 2]);
  expect(await rows("SELECT * FROM u22")).toEqual([["1", "1", "2"]]);
});

test("a column that is called rowid does not confuse which row is the last", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE u4 (id BIGINT PRIMARY KEY, rowid BIGINT, osiris_row BIGINT)");
  const select = "SELECT * FROM (VALUES (1, 9, 1), (1, 3, 2), (2, 1, 3)) AS t(id, rowid, osiris_row)";
  const run = await write(select, upsert("u4"));
  expect(counts(run)).toEqual([2, 0, 1]);
  expect(await rows("SELECT * FROM u4 ORDER BY id")).toEqual([
    ["1", "3", "2"],
    ["2", "1", "3"],
  ]);
});

test("NULL in a key fails the step, or the row", async () => {
  const { client, write, values } = await writing(server);
  await client.query(`CREATE TABLE u5 ${TABLE}`);
  const select = movies("(1, 'Up')", "(NULL, 'Lost')", "(NULL, 'Lost too')");
  const failed = await write(select, upsert("u5"));
  expect(failed.error).toMatchObject({ code: "mysql.null_key", category: "data" });
  expect(failed.error?.message).toContain("2 rows have NULL");
  const run = await write(select, upsert("u5", { on_row_error: "reject" }));
  expect(counts(run)).toEqual([1, 2, 0]);
  expect(await run.values("SELECT row->>'title' FROM target__rejects ORDER BY 1")).toEqual([
    "Lost",
    "Lost too",
  ]);
  expect(await values("SELECT title FROM u5")).toEqual(["Up"]);
});

test("a table without a unique key of exactly the primary key is refused, with the statement that makes one", async () => {
  const { client, write } = await writing(server);
  await client.query(
    "CREATE TABLE u6 (id BIGINT, title VARCHAR(20), UNIQUE KEY (id, title), UNIQUE KEY (title(3)), KEY (id))",
  );
  const run = await write(movies("(1, 'Up')"), upsert("u6"));
  expect(run.error).toMatchObject({ code: "mysql.no_unique_key" });
  expect(run.error?.hint).toContain("ALTER TABLE `osiris_test`.`u6` ADD UNIQUE KEY (`id`)");
  const part = await write(movies("(1, 'Up')"), upsert("u6", { primary_key: ["title"] }));
  expect(part.error).toMatchObject({ code: "mysql.no_unique_key" });
  const both = await write(movies("(1, 'Up')"), upsert("u6", { primary_key: ["title", "ID"] }));
  expect(both.error).toBeUndefined();
});

test("another unique key is never a reason to change another row", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    "CREATE TABLE u7 (id BIGINT PRIMARY KEY, title VARCHAR(20) UNIQUE); INSERT INTO u7 VALUES (1, 'Up'), (2, 'Heat')",
  );
  const select = movies("(3, 'Brazil')", "(2, 'Up')", "(4, 'Heat')", "(5, 'Alien')");
  const failed = await write(select, upsert("u7"));
  expect(failed.error).toMatchObject({ code: "mysql.row_refused", category: "data" });
  expect(failed.error?.message).toContain("row with id 2 was refused");
  expect(await rows("SELECT * FROM u7 ORDER BY id")).toHaveLength(2);
  const run = await write(select, upsert("u7", { on_row_error: "reject" }));
  expect(counts(run)).toEqual([2, 2, 0]);
  expect(
    await run.query("SELECT row->>'id' AS id, reason LIKE '%Duplicate entry%' AS why FROM target__rejects"),
  ).toEqual([
    { id: "2", why: true },
    { id: "4", why: true },
  ]);
  expect(await rows("SELECT * FROM u7 ORDER BY id")).toEqual([
    ["1", "Up"],
    ["2", "Heat"],
    ["3", "Brazil"],
    ["5", "Alien"],
  ]);
});

test("a foreign key that a row does not meet is an error of the row", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE TABLE u8_parent (id BIGINT PRIMARY KEY); INSERT INTO u8_parent VALUES (1);" +
      "CREATE TABLE u8 (id BIGINT PRIMARY KEY, title BIGINT REFERENCES u8_parent (id))",
  );
  const run = await write(movies("(1, 1)", "(2, 5)", "(3, NULL)"), upsert("u8", { on_row_error: "reject" }));
  expect(counts(run)).toEqual([2, 1, 0]);
  expect(await values("SELECT id FROM u8 ORDER BY id")).toEqual(["1", "3"]);
});

test.each([
  ["case", "('ann')", "('ANN')"],
  ["accents", "('cafe')", "('café')"],
  ["trailing blanks", "('x')", "('x ')"],
])("keys that the collation takes for equal are found: %s", async (_what, one, other) => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE OR REPLACE TABLE u9 (id VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n BIGINT DEFAULT 1)",
  );
  const select = `SELECT * FROM (VALUES ${one}, ('other'), ${other}) AS t(id)`;
  const failed = await write(select, upsert("u9"));
  expect(failed.error).toMatchObject({ code: "mysql.equal_keys", category: "data" });
  expect(failed.error?.message).toContain(`id ${one.slice(2, -2)}, and id ${other.slice(2, -2)}`);
  expect(await values("SELECT id FROM u9")).toEqual([]);
  const run = await write(select, upsert("u9", { on_row_error: "reject" }));
  expect(counts(run)).toEqual([2, 1, 0]);
  expect(await values("SELECT id FROM u9 ORDER BY id")).toEqual(
    [other.slice(2, -2), "other"].toSorted((a, b) => a.localeCompare(b)),
  );
  expect(await run.values("SELECT row->>'id' FROM target__rejects")).toEqual([one.slice(2, -2)]);
});

test.each(["load_data", "insert"])("rows that never reach the server delete nothing: %s", async (load) => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE OR REPLACE TABLE u20 (id BIGINT PRIMARY KEY, title VARCHAR(4)); INSERT INTO u20 VALUES (1, 'Up'), (2, 'Heat'), (3, 'Gone')",
  );
  const run = await write(
    movies("(1, 'Up!')", "(2, 'Too long')", "(4, 'New')"),
    upsert("u20", { delete_missing: "hard", on_row_error: "reject", load }),
  );
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([2, 1, 0]);
  expect(await run.values("SELECT row::VARCHAR FROM target__rejects")).toEqual([
    '{"id":2,"title":"Too long"}',
  ]);
  expect(run.warnings).toEqual([expect.stringContaining("which are missing is not known")]);
  expect(await values("SELECT title FROM u20 ORDER BY id")).toEqual(["Up!", "Heat", "Gone", "New"]);
});

test("an engine without transactions takes an upsert, and is told", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(`CREATE TABLE u21 ${TABLE} ENGINE=MyISAM; INSERT INTO u21 VALUES (1, 'Old', 1)`);
  const run = await write(movies("(1, 'Up')", "(2, 'Heat')"), upsert("u21"));
  expect(run.error).toBeUndefined();
  expect(run.warnings).toEqual([expect.stringContaining("MyISAM, which has no transactions")]);
  expect(await rows("SELECT id, title FROM u21 ORDER BY id")).toEqual([
    ["1", "Up"],
    ["2", "Heat"],
  ]);
});

test("rows that are not in the table after they were written fail the step", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE u19 ${TABLE}; INSERT INTO u19 VALUES (1, 'Old', 1);
     CREATE TRIGGER u19_moves BEFORE INSERT ON u19 FOR EACH ROW SET NEW.id = NEW.id + 100`,
  );
  const run = await write(movies("(1, 'Up')", "(2, 'Heat')"), upsert("u19"));
  expect(run.error).toMatchObject({ code: "mysql.count_mismatch" });
  expect(run.error?.message).toContain("of 2 rows that were written, 1 are in the table");
  expect(await values("SELECT title FROM u19")).toEqual(["Old"]);
});

test("a key that the table has in another spelling is updated, and told", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    "CREATE TABLE u17 (id VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, n BIGINT); INSERT INTO u17 VALUES ('ANN', 1), ('bob', 1)",
  );
  const run = await write("SELECT * FROM (VALUES ('ann', 2), ('bob', 2)) AS t(id, n)", upsert("u17"));
  expect(await rows("SELECT * FROM u17 ORDER BY id")).toEqual([
    ["ANN", "2"],
    ["bob", "2"],
  ]);
  expect(run.warnings).toEqual([expect.stringContaining("1 keys are in the table in another spelling")]);
});

test("keys of every kind, and values of every type, pass through the staging table as they are", async () => {
  const { client, write, values } = await writing(server);
  const types = [
    "a BIGINT UNSIGNED ZEROFILL",
    "b DECIMAL(38,10)",
    "c ENUM('it''s', 'back\\\\slash', 'x')",
    "d SET('p', 'q')",
    "e JSON",
    "f VARCHAR(20) CHARACTER SET latin1",
    "g VARBINARY(9)",
    "h BIT(10)",
    "i DATETIME(6)",
    "j TIMESTAMP(6) NULL",
    "k TIME(6)",
    "l YEAR",
    "m UUID",
    "n INET6",
    "o GEOMETRY",
    "p DOUBLE",
    "q CHAR(9)",
    "r DATE",
  ];
  await client.query(
    `CREATE TABLE u18 (id VARBINARY(9), day DATE, ${types.join(", ")}, PRIMARY KEY (id, day))`,
  );
  const select = `SELECT '\\x00\\xFF'::BLOB AS id, DATE '2024-02-29' AS day, 18446744073709551615::UBIGINT AS a, 1.5::DECIMAL(38,10) AS b,
    'back\\slash' AS c, 'p,q' AS d, '{"a":  1}'::JSON AS e, 'é€' AS f, '\\x00\\x01'::BLOB AS g, 1023::UBIGINT AS h,
    TIMESTAMP '2024-01-01 00:00:00.000001' AS i, TIMESTAMPTZ '2024-01-01 00:00:00.000001+00' AS j, INTERVAL '-30 hours' AS k,
    2155::SMALLINT AS l, '123e4567-e89b-12d3-a456-426614174000'::UUID AS m, '::1' AS n,
    from_hex('0101000000000000000000F03F0000000000000040') AS o, 0.1::DOUBLE AS p, 'x' AS q, DATE '9999-12-31' AS r`;
  const config = { table: "u18", mode: "upsert", primary_key: ["id", "day"] };
  for (const round of ["inserted", "matched"]) {
    const run = await write(select, config);
    expect(run.error).toBeUndefined();
    expect(run.metrics).toMatchObject({ [`mysql.rows_${round}`]: 1 });
  }
  const expected = [
    "id = x'00FF' AND day = '2024-02-29' AND a = 18446744073709551615 AND b = 1.5 AND c = 'back\\\\slash' AND d = 'p,q'",
    "e = '{\"a\":  1}' AND f = 'é€' AND g = x'0001' AND h = 1023 AND i = '2024-01-01 00:00:00.000001' AND k = '-30:00:00'",
    "j = '2024-01-01 00:00:00.000001' AND l = 2155 AND m = '123e4567-e89b-12d3-a456-426614174000' AND n = '::1'",
    "ST_AsText(o) = 'POINT(1 2)' AND p = 0.1 AND q = 'x' AND r = '9999-12-31'",
  ];
  await client.query("SET time_zone = '+00:00'");
  expect(await values(`SELECT ${expected.map((part) => `(${part})`).join(" AND ")} FROM u18`)).toEqual([1]);
});

test("a key of several columns, and rows that are nothing but a key", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    "CREATE TABLE u10 (a BIGINT, b VARCHAR(5), PRIMARY KEY (b, a)); INSERT INTO u10 VALUES (1, 'x')",
  );
  const run = await write("SELECT * FROM (VALUES (1, 'x'), (1, 'y'), (1, 'y')) AS t(a, b)", {
    table: "u10",
    mode: "upsert",
    primary_key: ["a", "b"],
  });
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([2, 0, 1]);
  expect(await rows("SELECT * FROM u10 ORDER BY b")).toEqual([
    ["1", "x"],
    ["1", "y"],
  ]);
});

test("delete_missing hard deletes what the rows do not have, and frees the values of unique keys", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    "CREATE TABLE u11 (id BIGINT PRIMARY KEY, title VARCHAR(20) UNIQUE); INSERT INTO u11 VALUES (1, 'Up'), (2, 'Heat'), (3, 'Alien')",
  );
  const run = await write(movies("(1, 'Up')", "(4, 'Heat')"), upsert("u11", { delete_missing: "hard" }));
  expect(run.error).toBeUndefined();
  expect(run.metrics).toMatchObject({ "mysql.rows_deleted": 2 });
  expect(await rows("SELECT * FROM u11 ORDER BY id")).toEqual([
    ["1", "Up"],
    ["4", "Heat"],
  ]);
});

test("delete_missing soft marks once, and takes the mark away when the row is back", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(`CREATE TABLE u12 ${TABLE}; INSERT INTO u12 VALUES (1, 'Up', 0), (2, 'Heat', 0)`);
  const config = upsert("u12", { delete_missing: "soft" });
  const refused = await write(movies("(1, 'Up')"), config);
  expect(refused.error).toMatchObject({ code: "mysql.no_deleted_column" });
  expect(refused.error?.hint).toContain("ADD COLUMN `deleted_at` DATETIME(6) NULL");
  const first = await write(movies("(1, 'Up')"), { ...config, on_schema_change: "add_columns" });
  expect(first.error).toBeUndefined();
  expect(await rows("SELECT id, deleted_at IS NULL FROM u12 ORDER BY id")).toEqual([
    ["1", 1],
    ["2", 0],
  ]);
  await client.query("UPDATE u12 SET deleted_at = '2020-01-01' WHERE id = 2");
  await write(movies("(1, 'Up')"), config);
  expect(await rows("SELECT deleted_at FROM u12 WHERE id = 2")).toEqual([["2020-01-01 00:00:00.000000"]]);
  await write(movies("(2, 'Heat')"), config);
  expect(await rows("SELECT id, deleted_at IS NULL FROM u12 ORDER BY id")).toEqual([
    ["1", 0],
    ["2", 1],
  ]);
});

test("delete_missing with no rows at all is refused, unless there is nothing to delete", async () => {
  const { client, write, values } = await writing(server);
  await client.query(`CREATE TABLE u13 ${TABLE}; INSERT INTO u13 VALUES (1, 'Up', 0)`);
  const nothing = `${movies("(1, 'Up')")} WHERE id > 9`;
  const run = await write(nothing, upsert("u13", { delete_missing: "hard" }));
  expect(run.error).toMatchObject({ code: "mysql.delete_all_refused" });
  expect(await values("SELECT COUNT(*) FROM u13")).toEqual(["1"]);
  await client.query("DELETE FROM u13");
  expect((await write(nothing, upsert("u13", { delete_missing: "hard" }))).error).toBeUndefined();
});

test("delete_missing with no row that has a key is refused", async () => {
  const { client, write, values } = await writing(server);
  await client.query(`CREATE TABLE u_keyless ${TABLE}; INSERT INTO u_keyless VALUES (1, 'Up', 0)`);
  const config = upsert("u_keyless", { delete_missing: "hard", on_row_error: "reject" });
  const run = await write(movies("(NULL::BIGINT, 'Lost')", "(NULL, 'Lost too')"), config);
  expect(run.error).toMatchObject({ code: "mysql.delete_all_refused" });
  expect(await values("SELECT COUNT(*) FROM u_keyless")).toEqual(["1"]);
});

test("a table that is made has the key, and the column for what is deleted", async () => {
  const { write, rows } = await writing(server);
  const config = upsert("u14", { create_table: true, delete_missing: "soft" });
  expect((await write(movies("(1, 'Up')", "(1, 'Heat')"), config)).error).toBeUndefined();
  expect((await write(movies("(2, 'Up')"), config)).error).toBeUndefined();
  expect(await rows("SELECT id, title, deleted_at IS NULL FROM u14 ORDER BY id")).toEqual([
    [1, "Heat", 0],
    [2, "Up", 1],
  ]);
});

test("rows and table that do not fit are found before anything is changed", async () => {
  const { client, write } = await writing(server);
  await client.query(`CREATE TABLE u15 ${TABLE}; ALTER TABLE u15 ADD deleted_at INT`);
  const wrongKey = await write(movies("(1, 'Up')"), upsert("u15", { primary_key: ["nr"] }));
  expect(wrongKey.error).toMatchObject({ code: "mysql.column_not_found" });
  const wrongOrder = await write(movies("(1, 'Up')"), upsert("u15", { order_by: ["nr"] }));
  expect(wrongOrder.error).toMatchObject({ code: "mysql.column_not_found" });
  const wrongType = await write(movies("(1, 'Up')"), upsert("u15", { delete_missing: "soft" }));
  expect(wrongType.error).toMatchObject({ code: "mysql.deleted_column_type" });
  const clash = await write("SELECT 1 AS id, NULL AS Deleted_At", upsert("u15", { delete_missing: "soft" }));
  expect(clash.error).toMatchObject({ code: "mysql.deleted_column_clash" });
});

test("without the right to make temporary tables, the right is named", async () => {
  const { client, write } = await writing(server);
  await client.query(
    `CREATE TABLE u16 ${TABLE}; CREATE USER poor IDENTIFIED BY 'osiris-test'; GRANT SELECT, INSERT, UPDATE ON osiris_test.u16 TO poor`,
  );
  const run = await write(movies("(1, 'Up')"), { ...upsert("u16"), user: "poor" });
  expect(run.error).toMatchObject({ code: "mysql.no_temporary_tables" });
  expect(run.error?.hint).toContain("GRANT CREATE TEMPORARY TABLES ON `osiris_test`.*");
});

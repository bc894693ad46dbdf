import { createHash } from "node:crypto";
import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { openClient, testServer } from "./server.ts";
import { counts, writing } from "./writing.ts";

const server = useServer(testServer());

const MOVIES = "SELECT * FROM (VALUES (1, 'Up'), (2, 'Heat')) AS t(id, title)";
const replace = (table: string, more: Readonly<Record<string, unknown>> = {}) => ({
  table,
  mode: "replace",
  ...more,
});

test("the table has these rows and no others, and is otherwise the same", async () => {
  const { client, write, rows } = await writing(server);
  await client.query(
    `CREATE TABLE r1 (id BIGINT, title VARCHAR(20) COMMENT 'what it is called', n BIGINT DEFAULT 5, PRIMARY KEY (id),
       KEY by_title (title), CHECK (id < 100)) COMMENT 'films' PARTITION BY HASH (id) PARTITIONS 3`,
  );
  await client.query("INSERT INTO r1 VALUES (7, 'Old', 1)");
  const [before] = await rows("SHOW CREATE TABLE r1");
  const run = await write(MOVIES, replace("r1"));
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([2, 0, 0]);
  expect(await rows("SELECT * FROM r1 ORDER BY id")).toEqual([
    ["1", "Up", "5"],
    ["2", "Heat", "5"],
  ]);
  expect((await rows("SHOW CREATE TABLE r1"))[0]).toEqual(before);
  expect(await rows("SHOW TABLES LIKE 'osiris\\_r1%'")).toEqual([]);
});

test("numbers go on where they were, and rights stay", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE r2 (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT, title TEXT) AUTO_INCREMENT = 1000;
     CREATE USER reader IDENTIFIED BY 'osiris-test'; GRANT SELECT ON r2 TO reader`,
  );
  expect((await write(MOVIES, replace("r2"))).error).toBeUndefined();
  expect(await values("SELECT n FROM r2 ORDER BY n")).toEqual(["1000", "1001"]);
  await using reader = await openClient({
    ...server,
    url: server.url.replace("root:", "reader:"),
  });
  const [found] = await reader.query("SELECT COUNT(*) AS n FROM r2");
  expect(found).toEqual([{ n: "2" }]);
});

test("whoever reads meanwhile sees the old rows or the new ones", async () => {
  const { client, write } = await writing(server);
  await client.query("CREATE TABLE r3 (id BIGINT); INSERT INTO r3 VALUES (-1), (-2)");
  const seen = new Set<string>();
  const reading = new AbortController();
  const read = async (): Promise<void> => {
    while (!reading.signal.aborted) {
      const [found] = await client.query("SELECT COUNT(*) AS n FROM r3");
      seen.add((found as [{ n: string }])[0].n);
    }
  };
  const reader = read();
  for (const rows of [500, 501, 502]) {
    const run = await write(`SELECT range AS id FROM range(${rows})`, replace("r3"));
    expect(run.error).toBeUndefined();
  }
  reading.abort();
  await reader;
  expect([...seen].filter((n) => !["2", "500", "501", "502"].includes(n))).toEqual([]);
  expect(seen.size).toBeGreaterThan(1);
});

test("what a copy would lose is a reason not to make one, and delete_insert is the way", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE r4_parent (id BIGINT PRIMARY KEY); CREATE TABLE r4_log (id BIGINT); INSERT INTO r4_parent VALUES (1), (2);
     CREATE TABLE r4 (id BIGINT PRIMARY KEY, title TEXT, CONSTRAINT FOREIGN KEY (id) REFERENCES r4_parent (id));
     CREATE TRIGGER r4_trigger AFTER INSERT ON r4 FOR EACH ROW INSERT INTO r4_log VALUES (NEW.id);
     CREATE TABLE r4_child (id BIGINT REFERENCES r4 (id)); INSERT INTO r4 VALUES (2, 'Old')`,
  );
  const refused = await write(MOVIES, replace("r4"));
  expect(refused.error).toMatchObject({ code: "mysql.swap_refused", category: "usage" });
  expect(refused.error?.message).toContain("triggers (r4_trigger)");
  expect(refused.error?.message).toContain("foreign keys (to osiris_test.r4_parent)");
  expect(refused.error?.message).toContain("foreign keys refer to it (from osiris_test.r4_child)");
  expect(refused.error?.hint).toContain("replace_method: delete_insert");
  const run = await write(MOVIES, replace("r4", { replace_method: "delete_insert" }));
  expect(run.error).toBeUndefined();
  expect(await values("SELECT title FROM r4 ORDER BY id")).toEqual(["Up", "Heat"]);
  expect(await values("SELECT id FROM r4_log ORDER BY id")).toEqual(["1", "2", "2"]);
});

test("a table is not emptied when that would empty another one", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE r15 (id BIGINT PRIMARY KEY, title TEXT, up BIGINT REFERENCES r15 (id) ON DELETE CASCADE);
     CREATE TABLE r15_child (id BIGINT REFERENCES r15 (id) ON DELETE CASCADE);
     CREATE TABLE r15_note (id BIGINT REFERENCES r15 (id) ON DELETE SET NULL);
     INSERT INTO r15 VALUES (1, 'Old', NULL); INSERT INTO r15_child VALUES (1)`,
  );
  const config = replace("r15", { replace_method: "delete_insert" });
  const refused = await write(MOVIES, config);
  expect(refused.error).toMatchObject({ code: "mysql.delete_cascades", category: "usage" });
  expect(refused.error?.message).toContain("(in osiris_test.r15_child, osiris_test.r15_note)");
  expect(await values("SELECT id FROM r15_child")).toEqual(["1"]);
  await client.query("DROP TABLE r15_child, r15_note");
  expect((await write(MOVIES, config)).error).toBeUndefined();
});

test("a table that keeps its history is refused", async () => {
  const { client, write } = await writing(server);
  await client.query("CREATE TABLE r5 (id BIGINT, title TEXT) WITH SYSTEM VERSIONING");
  const run = await write(MOVIES, replace("r5"));
  expect(run.error).toMatchObject({ code: "mysql.swap_refused" });
  const inPlace = await write(MOVIES, replace("r5", { replace_method: "delete_insert" }));
  expect(inPlace.error).toBeUndefined();
});

test("who may not see triggers may not swap", async () => {
  const { client, write } = await writing(server);
  await client.query(
    `CREATE TABLE r6 (id BIGINT, title TEXT); CREATE USER blind IDENTIFIED BY 'osiris-test';
     GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP ON osiris_test.* TO blind`,
  );
  const run = await write(MOVIES, { ...replace("r6"), user: "blind" });
  expect(run.error).toMatchObject({ code: "mysql.swap_refused" });
  expect(run.error?.message).toContain("no TRIGGER right");
  await client.query("GRANT SELECT ON mysql.* TO blind");
  const seesRights = await write(MOVIES, { ...replace("r6"), user: "blind" });
  expect(seesRights.error?.message).toContain("no TRIGGER right");
  await client.query("GRANT TRIGGER ON osiris_test.r6 TO blind");
  expect((await write(MOVIES, { ...replace("r6"), user: "blind" })).error).toBeUndefined();
});

test("a foreign key that the catalog does not show puts the old table back", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE r7 (id BIGINT PRIMARY KEY, title TEXT); INSERT INTO r7 VALUES (5, 'Old'); CREATE DATABASE hidden;
     CREATE TABLE hidden.child (id BIGINT REFERENCES osiris_test.r7 (id)); INSERT INTO hidden.child VALUES (5);
     CREATE USER narrow IDENTIFIED BY 'osiris-test'; GRANT ALL ON osiris_test.* TO narrow`,
  );
  const run = await write(MOVIES, { ...replace("r7"), user: "narrow" });
  expect(run.error).toMatchObject({ code: "mysql.swap_refused" });
  expect(await values("SELECT title FROM r7")).toEqual(["Old"]);
  expect(await values("SHOW TABLES LIKE 'osiris\\_r7%'")).toEqual([]);
  await expect(client.query("INSERT INTO hidden.child VALUES (6)")).rejects.toThrow("foreign key");
});

test("without the right to drop the new table, it is not made", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    `CREATE TABLE r16 (id BIGINT, title TEXT); CREATE USER keeper IDENTIFIED BY 'osiris-test';
     GRANT SELECT, INSERT, TRIGGER, CREATE, ALTER ON osiris_test.* TO keeper`,
  );
  const run = await write(MOVIES, { ...replace("r16"), user: "keeper" });
  expect(run.error).toMatchObject({ code: "mysql.permission_denied" });
  expect(run.warnings).toEqual([]);
  expect(await values("SHOW TABLES LIKE 'osiris\\_r16%'")).toEqual([]);
});

test("an engine without transactions is swapped, and not emptied", async () => {
  const { client, write, values } = await writing(server);
  await client.query(
    "CREATE TABLE r8 (id BIGINT PRIMARY KEY, title TEXT) ENGINE=MyISAM; INSERT INTO r8 VALUES (5, 'Old')",
  );
  const emptied = await write(MOVIES, replace("r8", { replace_method: "delete_insert" }));
  expect(emptied.error).toMatchObject({ code: "mysql.not_transactional" });
  const refused = await write("SELECT * FROM (VALUES (1), (1)) AS t(id)", replace("r8"));
  expect(refused.error).toBeDefined();
  expect(await values("SELECT title FROM r8")).toEqual(["Old"]);
  const run = await write(MOVIES, replace("r8"));
  expect(run.error).toBeUndefined();
  expect(await values("SELECT title FROM r8 ORDER BY id")).toEqual(["Up", "Heat"]);
  expect(await values("SELECT engine FROM information_schema.tables WHERE table_name = 'r8'")).toEqual([
    "MyISAM",
  ]);
});

test.each(["swap", "delete_insert"])(
  "a row that is refused leaves the old rows: %s",
  async (replace_method) => {
    const { client, write, values } = await writing(server);
    await client.query(
      "CREATE OR REPLACE TABLE r9 (id BIGINT PRIMARY KEY, title VARCHAR(20)); INSERT INTO r9 VALUES (5, 'Old')",
    );
    const select = "SELECT * FROM (VALUES (1, 'Up'), (1, 'Up')) AS t(id, title)";
    const run = await write(select, replace("r9", { replace_method }));
    expect(run.error).toMatchObject({ code: "mysql.row_refused" });
    expect(run.error?.message).toContain("`r9`");
    expect(await values("SELECT title FROM r9")).toEqual(["Old"]);
    expect(await values("SHOW TABLES LIKE 'osiris\\_r9%'")).toEqual([]);
    const rest = await write(select, replace("r9", { replace_method, on_row_error: "reject" }));
    expect(counts(rest)).toEqual([1, 1, 0]);
    expect(await values("SELECT id FROM r9")).toEqual(["1"]);
  },
);

test("what killed runs have left is dropped, and what a run still fills is not", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE r10 (id BIGINT, title TEXT)");
  const made: string[] = [];
  const digest = createHash("sha256").update('["osiris_test","r10"]').digest("hex").slice(0, 8);
  for (const end of ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "aaaaaaaaaaaa_old", "of_a_user"]) {
    made.push(`osiris_r10_${digest}_${end}`);
    await client.query(`CREATE TABLE \`${made.at(-1)}\` (id BIGINT)`);
  }
  await client.query("SELECT GET_LOCK(?, 0)", [made[1]]);
  const run = await write(MOVIES, replace("r10"));
  expect(run.error).toBeUndefined();
  expect(await values("SHOW TABLES LIKE 'osiris\\_r10%'")).toEqual([made[1], made[3]]);
  expect(run.events.filter(({ event }) => event === "mysql.leftover_dropped")).toHaveLength(2);
});

test("columns are added to the new table only", async () => {
  const { client, write, rows } = await writing(server);
  await client.query("CREATE TABLE r11 (id BIGINT PRIMARY KEY); INSERT INTO r11 VALUES (5)");
  const config = replace("r11", { on_schema_change: "add_columns" });
  const failed = await write("SELECT * FROM (VALUES (1, 'Up'), (1, 'Up')) AS t(id, title)", config);
  expect(failed.error).toBeDefined();
  expect(await rows("SELECT * FROM r11")).toEqual([["5"]]);
  expect((await write(MOVIES, config)).error).toBeUndefined();
  expect(await rows("SELECT id, title FROM r11 ORDER BY id")).toEqual([
    ["1", "Up"],
    ["2", "Heat"],
  ]);
});

test("a long name, in upper case and beyond ASCII", async () => {
  const { client, write, values } = await writing(server);
  const table = `Ünï${"X".repeat(61)}`;
  await client.query(`CREATE TABLE \`${table}\` (id BIGINT, title TEXT)`);
  expect((await write(MOVIES, replace(table))).error).toBeUndefined();
  expect(await values(`SELECT COUNT(*) FROM \`${table}\``)).toEqual(["2"]);
});

test.each(["load_data", "insert"])("refusals name the table as users know it: %s", async (load) => {
  const { client, write } = await writing(server);
  await client.query(
    "CREATE OR REPLACE TABLE r17 (id BIGINT, title TIMESTAMP NULL, CHECK (id < 9)) ENGINE=InnoDB",
  );
  const select = "SELECT * FROM (VALUES (2, NULL), (1, '2040-01-01'), (9, NULL)) AS t(id, title)";
  const run = await write(select, replace("r17", { load, on_row_error: "reject" }));
  expect(counts(run)).toEqual([1, 2, 0]);
  expect(await run.values("SELECT reason FROM target__rejects WHERE reason LIKE '%osiris_r17%'")).toEqual([]);
  await client.query("ALTER TABLE r17 ENGINE=MyISAM");
  const kept = await write(select, replace("r17", { load, on_row_error: "reject" }));
  expect(kept.error).toMatchObject({ code: "mysql.not_undone" });
  expect(kept.error?.message).toContain("`osiris_test`.`r17`");
});

test("replaced by nothing, the table is empty", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE r13 (id BIGINT, title TEXT); INSERT INTO r13 VALUES (5, 'Old')");
  expect((await write(`${MOVIES} WHERE id > 9`, replace("r13"))).error).toBeUndefined();
  expect(await values("SELECT COUNT(*) FROM r13")).toEqual(["0"]);
});

test("a reader that does not end keeps its table, and the step says who is in the way", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE r20 (id BIGINT); INSERT INTO r20 VALUES (7)");
  await using reader = await openClient(server);
  await reader.query("START TRANSACTION; SELECT * FROM r20");
  const run = await write(MOVIES.replace("*", "id"), replace("r20", { max_retries: 0 }));
  expect(run.error).toMatchObject({ code: "mysql.table_in_use", retryable: true });
  expect(await values("SELECT id FROM r20")).toEqual(["7"]);
  await reader.query("COMMIT");
  expect(await values("SHOW TABLES LIKE 'osiris\\_r20%'")).toEqual([]);
});

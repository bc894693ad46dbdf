import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE, isOsirisError, OsirisError, RunDatabase, StepTables } from "@osiris/core";
import { mariadbServer, useServer } from "@osiris/services";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Session } from "../src/connection/session.ts";
import { prepareRows, type PreparedRows, type ReadOptions, type Tally } from "../src/rows/read-rows.ts";
import { executeRaw, prepareStatement } from "../src/rows/statement.ts";
import { mysqlProject, type PipelineRun } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient } from "./server.ts";
import { readSession } from "./sessions.ts";

/** So that a row of more than 16 MiB, which is more than one packet, can be stored. */
const server = useServer(mariadbServer({ settings: { "max-allowed-packet": "64M" } }));
const DECODERS = ["binary", "mysql2"] as const;

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query("SET sql_mode = '', time_zone = '+00:00'");
  await client.query(`
    CREATE TABLE dates (id INT PRIMARY KEY, d DATE, t DATETIME(3), s TIMESTAMP NULL, u TIME);
    INSERT INTO dates VALUES
      (1, '2026-02-00', '2026-02-00 01:02:03.5', '0000-00-00', '10:00:00'),
      (2, '0000-00-00', '0000-00-00', NULL, NULL),
      (3, '2026-02-28', '2026-02-28', '2026-02-28 01:02:03', '-10:00:00');
    CREATE TABLE truths (id INT, truth TINYINT(1), small TINYINT);
    INSERT INTO truths VALUES (0, -5, 1), (1, 0, 0), (2, NULL, 5);
    CREATE TABLE texts (id INT PRIMARY KEY, \`žluť\` VARCHAR(20) CHARACTER SET latin1, u VARCHAR(20) CHARACTER SET utf8mb3, b BLOB);
    INSERT INTO texts VALUES (1, 'plain', 'zażółć', x'FF'), (2, 'café', 'x', NULL);
    CREATE TABLE numbers (id BIGINT PRIMARY KEY, big BIGINT UNSIGNED, price DECIMAL(20,2), at DATETIME(6), day DATE, took TIME, name VARCHAR(9), raw BLOB, x DOUBLE, code UUID);
    INSERT INTO numbers VALUES
      (1, 18446744073709551615, -12.5, '1969-12-31 23:59:59.5', '0001-01-01', '-01:02:03', 'é', x'0aff', 0.1, '01234567-89ab-cdef-8123-456789abcdef'),
      (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, 0, 123456789012345678.99, '2026-01-02 03:04:05', '9999-12-31', '838:59:59', '', '', -2, 'f1234567-89ab-cdef-8123-456789abcdef');
  `);
});

const session = (charset?: "utf8mb4" | "binary"): Promise<Session> => readSession(server, charset);

const OPTIONS: ReadOptions = { decoder: "binary", types: { zeroDates: "null", tinyint1: "integer" } };

/** All values of a statement, row by row, as watchers see them. */
async function valuesOf(
  prepared: PreparedRows,
): Promise<{ rows: unknown[][]; orders: unknown[][]; tally: Tally }> {
  const rows: unknown[][] = [];
  const orders: unknown[][] = [];
  const tally = await prepared.read([], {
    rows: (batch) => {
      for (let row = 0; row < batch.rowCount; row++) {
        rows.push(prepared.columns.map((_, column) => batch.value(column, row)));
        orders.push(prepared.columns.map((_, column) => batch.order(column, row)));
      }
    },
  });
  return { rows, orders, tally };
}

function run(config: Readonly<Record<string, unknown>>): Promise<PipelineRun> {
  const step = { component: "mysql.extractor", config: { ...connectionConfig(server), ...config } } as const;
  return mysqlProject().run({ rows: step }, { environment: environmentOf(server) });
}

function openDatabase(): Promise<RunDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "osiris-rows-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return RunDatabase.open(join(folder, DATABASE_FILE), {}, { files: [], directories: [folder] });
}

async function failureOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isOsirisError(error)) throw new Error("it did not fail with an OsirisError", { cause: error });
  return { code: error.code, message: error.message };
}

describe.each(DECODERS)("decoder %s", (decoder) => {
  test("values are exact, can be bound again, and have an order", async () => {
    const prepared = await prepareRows(
      await session(),
      { sql: "SELECT * FROM numbers ORDER BY id" },
      { ...OPTIONS, decoder },
    );
    const { rows, orders } = await valuesOf(prepared);
    expect(rows).toEqual([
      [
        1n,
        18446744073709551615n,
        "-12.50",
        "1969-12-31 23:59:59.500000",
        "0001-01-01",
        "-01:02:03.000000",
        "é",
        "0aff",
        "0.1",
        "01234567-89ab-cdef-8123-456789abcdef",
      ],
      [2n, ...Array.from({ length: 9 }, () => null)],
      [
        3n,
        0n,
        "123456789012345678.99",
        "2026-01-02 03:04:05.000000",
        "9999-12-31",
        "838:59:59.000000",
        "",
        "",
        "-2",
        "f1234567-89ab-cdef-8123-456789abcdef",
      ],
    ]);
    expect(orders[0]).toEqual([
      1n,
      18446744073709551615n,
      -1250n,
      -500_000n,
      -719_162n,
      -3_723_000_000n,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(orders[2]?.slice(0, 6)).toEqual([
      3n,
      0n,
      12345678901234567899n,
      1_767_323_045_000_000n,
      2_932_896n,
      3_020_399_000_000n,
    ]);
  });

  test("dates that no calendar has are NULL and counted, by column", async () => {
    const prepared = await prepareRows(
      await session(),
      { sql: "SELECT * FROM dates" },
      { ...OPTIONS, decoder },
    );
    const { rows, tally } = await valuesOf(prepared);
    expect(rows).toEqual([
      [1n, null, null, null, "10:00:00.000000"],
      [2n, null, null, null, null],
      [3n, "2026-02-28", "2026-02-28 00:00:00.000000", "2026-02-28 01:02:03.000000", "-10:00:00.000000"],
    ]);
    expect([...tally.zeroDates]).toEqual([
      ["d", 2],
      ["t", 2],
      ["s", 1],
    ]);
    expect(tally.rows).toBe(3);
  });

  test("zero_dates: error names the column and the row", async () => {
    const { error } = await run({
      query: "SELECT d, id FROM dates WHERE id <> 1 ORDER BY id DESC",
      zero_dates: "error",
      decoder,
    });
    expect(error?.code).toBe("mysql.zero_date");
    expect(error?.message).toContain('"d"');
    expect(error?.message).toContain("row 2");
    expect(error?.hint).toContain("zero_dates: text");
  });

  test("zero_dates: text has the server's spelling", async () => {
    const result = await run({ table: "dates", zero_dates: "text", decoder });
    expect((await result.columns("rows")).map(({ type }) => type)).toEqual([
      "INTEGER",
      "VARCHAR",
      "VARCHAR",
      "VARCHAR",
      "INTERVAL",
    ]);
    await using client = await openClient(server);
    await client.query("SET time_zone = '+00:00'");
    const [rows] = await client.query(
      "SELECT CAST(d AS CHAR) AS d, CAST(t AS CHAR) AS t, CAST(s AS CHAR) AS s FROM dates ORDER BY id",
    );
    expect(await result.query("SELECT d, t, s FROM rows ORDER BY id")).toEqual(rows);
  });

  test("tinyint1: boolean takes any number but 0 for true, of TINYINT(1) alone", async () => {
    const result = await run({ table: "truths", tinyint1: "boolean", decoder });
    expect(await result.query("SELECT * FROM rows ORDER BY id")).toEqual([
      { id: 0, truth: true, small: 1 },
      { id: 1, truth: false, small: 0 },
      { id: 2, truth: null, small: 5 },
    ]);
  });

  test("names that DuckDB cannot tell apart get numbers, and the others stay", async () => {
    const sql =
      "SELECT 1 AS a, 2 AS A, 3 AS a, 4 AS `a'`` b`, 5 AS `žluť`, 6 AS `a_2`, 7 AS ``, 8 AS `" +
      "x".repeat(64) +
      "`";
    const prepared = await prepareRows(await session(), { sql }, { ...OPTIONS, decoder });
    expect(prepared.columns.map(({ name }) => name)).toEqual([
      "a",
      "A_3",
      "a_4",
      "a'` b",
      "žluť",
      "a_2",
      "column7",
      "x".repeat(64),
    ]);
    expect(prepared.columns[1]?.sourceName).toBe("A");
    expect((await valuesOf(prepared)).rows).toEqual([[1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]]);
  });

  test("4,096 columns", async () => {
    const columns = Array.from({ length: 4096 }, (_, at) => `${at % 7 === 0 ? "NULL" : `'${at}'`} AS c${at}`);
    const prepared = await prepareRows(
      await session(),
      { sql: `SELECT ${columns.join(", ")}` },
      { ...OPTIONS, decoder },
    );
    const { rows } = await valuesOf(prepared);
    expect(rows).toEqual([Array.from({ length: 4096 }, (_, at) => (at % 7 === 0 ? null : String(at)))]);
  });

  test("no rows make a table with its columns", async () => {
    const result = await run({ query: "SELECT * FROM numbers WHERE id = 99", decoder });
    expect(await result.values("SELECT count(*) FROM rows")).toEqual([0n]);
    expect((await result.columns("rows"))[2]).toEqual({ name: "price", type: "DECIMAL(20,2)" });
  });

  test("rows of several packets, and lengths around all limits of the protocol", async () => {
    // A whole packet's payload, with the other values, is one of those in the middle.
    const large = [16_777_200, 16_777_201, 16_777_202, 16_777_215, 16_777_216, 33_600_000];
    const lengths = [0, 250, 251, 65_535, 65_536, ...large];
    const rows = lengths.map(
      (length) =>
        `SELECT ${length} AS n, CONCAT(REPEAT('x', ${Math.max(length - 1, 0)}), '${length === 0 ? "" : "y"}') AS t, 7 AS z`,
    );
    const result = await run({ query: rows.join(" UNION ALL "), decoder });
    expect(result.error).toBeUndefined();
    expect(
      await result.query(
        "SELECT n::INTEGER AS n, length(t) AS l, right(t, 1) AS e, z::INTEGER AS z FROM rows ORDER BY n",
      ),
    ).toEqual(lengths.map((length) => ({ n: length, l: BigInt(length), e: length === 0 ? "" : "y", z: 7 })));
  });

  test("text that the server does not convert has to be UTF-8, and names are right", async () => {
    const prepared = await prepareRows(
      await session("binary"),
      { sql: "SELECT * FROM texts WHERE id = 1" },
      { ...OPTIONS, decoder },
    );
    expect(prepared.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "id INTEGER",
      "žluť VARCHAR",
      "u VARCHAR",
      "b BLOB",
    ]);
    expect((await valuesOf(prepared)).rows).toEqual([[1n, "plain", "zażółć", "ff"]]);
  });

  test("text that is not UTF-8 is an error that names its column and row", async () => {
    const { error } = await run({ table: "texts", charset: "binary", decoder });
    expect(error?.message).toContain('"žluť"');
    expect(error?.message).toContain("row 2");
    expect(error?.message).toContain("UTF-8");
  });

  test("rows are left out of what is appended", async () => {
    const sql =
      "SELECT seq, IF(seq % 3 = 0, NULL, seq) AS v, IF(seq % 4 = 0, NULL, CONCAT('t', seq)) AS t FROM seq_1_to_5000 ORDER BY seq";
    const prepared = await prepareRows(await session(), { sql }, { ...OPTIONS, decoder });
    await using database = await openDatabase();
    const tables = await StepTables.open(database, "step");
    const table = await tables.create(prepared.columns.map(({ name, type }) => ({ name, type })));
    const isOut = (seq: bigint): boolean => seq <= 3n || seq % 7n === 0n;
    await prepared.read([], {
      rows: (batch) => {
        const rows = Array.from({ length: batch.rowCount }, (_, row) => row);
        const without = rows.filter((row) => isOut(batch.value(0, row) as bigint));
        batch.appendTo(table, new Set(without));
      },
    });
    await tables.publish(await tables.seal());
    const { rows } = await database.query("SELECT seq, v, t FROM step ORDER BY seq");
    const all = Array.from({ length: 5000 }, (_, at) => BigInt(at + 1));
    const expected = all
      .filter((seq) => !isOut(seq))
      .map((seq) => ({ seq, v: seq % 3n === 0n ? null : seq, t: seq % 4n === 0n ? null : `t${seq}` }));
    expect(
      rows.map(({ seq, v, t }) => ({
        seq: BigInt(seq as number),
        v: v === null ? null : BigInt(v as number),
        t,
      })),
    ).toEqual(expected);
  });

  test("an error of the sink's ends the read, and the session", async () => {
    const opened = await session();
    const prepared = await prepareRows(
      opened,
      { sql: "SELECT seq FROM seq_1_to_1000000" },
      { ...OPTIONS, decoder },
    );
    let batches = 0;
    const rows = (): void => {
      batches += 1;
      throw new OsirisError({ code: "test.full", category: "resource", message: "full" });
    };
    expect((await failureOf(prepared.read([], { rows }))).code).toBe("test.full");
    expect(batches).toBe(1);
    expect(opened.ended.aborted).toBe(true);
    await prepared.close();
  });

  test("columns that change between preparing and reading are an error", async () => {
    await using client = await openClient(server);
    await client.query("CREATE TABLE shaky (a INT); INSERT INTO shaky VALUES (1)");
    const prepared = await prepareRows(
      await session(),
      { sql: "SELECT * FROM shaky" },
      { ...OPTIONS, decoder },
    );
    await client.query("ALTER TABLE shaky MODIFY a BIGINT");
    const { code, message } = await failureOf(valuesOf(prepared));
    await client.query("DROP TABLE shaky");
    expect(code).toBe("mysql.columns_changed");
    expect(message).toContain("a int has become a bigint");
  });

  test("an error of the server's in the middle of the rows is no end of them", async () => {
    const sql = "SELECT seq, (SELECT 1 UNION SELECT IF(seq > 3000, 2, 1)) AS one FROM seq_1_to_10000";
    const prepared = await prepareRows(await session(), { sql }, { ...OPTIONS, decoder });
    let rows = 0;
    const failure = await failureOf(prepared.read([], { rows: ({ rowCount }) => (rows += rowCount) }));
    expect(failure.message).toContain("more than 1 row");
    expect(rows).toBeGreaterThan(0);
  });

  test("a statement is read again with other values", async () => {
    const prepared = await prepareRows(
      await session(),
      { sql: "SELECT id FROM numbers WHERE big = ?" },
      { ...OPTIONS, decoder },
    );
    const read = async (value: bigint): Promise<unknown[]> => {
      const ids: unknown[] = [];
      await prepared.read([value], { rows: (batch) => ids.push(batch.value(0, 0)) });
      return ids;
    };
    expect(await read(18446744073709551615n)).toEqual([1n]);
    expect(await read(18446744073709551614n)).toEqual([]);
    expect(await read(0n)).toEqual([3n]);
    await prepared.close();
  });
});

/** SELECTs whose types the server works out, and what they become. */
const EXPRESSIONS: readonly (readonly [sql: string, types: string])[] = [
  ["SELECT day AS a FROM numbers UNION ALL SELECT at FROM numbers", "TIMESTAMP"],
  ["SELECT took AS a FROM numbers UNION ALL SELECT name FROM numbers", "VARCHAR"],
  ["SELECT NULL AS a UNION ALL SELECT id FROM numbers", "BIGINT"],
  ["SELECT big AS a FROM numbers UNION ALL SELECT price FROM numbers", "DECIMAL(22,2)"],
  [
    "SELECT SUM(id), AVG(price), MAX(at), COUNT(*), STD(id) FROM numbers",
    "VARCHAR, DECIMAL(24,6), TIMESTAMP, BIGINT, DOUBLE",
  ],
  [
    "SELECT 1 / 3, 5 DIV 2, PI(), UUID(), TIMEDIFF(at, at), EXISTS (SELECT 1), NULL FROM numbers",
    "DECIMAL(5,4), INTEGER, DOUBLE, UUID, INTERVAL, INTEGER, VARCHAR",
  ],
  [
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT * FROM r",
    "INTEGER",
  ],
  ["SELECT ROW_NUMBER() OVER (ORDER BY id), LAG(at) OVER (ORDER BY id) FROM numbers", "BIGINT, TIMESTAMP"],
];

test.each(EXPRESSIONS)("%s has the columns that were told before", async (sql, types) => {
  const told: string[] = [];
  for (const zeroDates of ["null", "text"] as const) {
    const options: ReadOptions = { decoder: "binary", types: { zeroDates, tinyint1: "integer" } };
    const prepared = await prepareRows(await session(), { sql }, options);
    const { tally } = await valuesOf(prepared);
    expect(tally.rows).toBeGreaterThan(0);
    told.push(prepared.columns.map(({ type }) => type).join(", "));
  }
  expect(told[0]).toBe(types);
});

test("a statement without rows is told", async () => {
  const failure = await failureOf(prepareRows(await session(), { sql: "DO 1" }, OPTIONS));
  expect(failure.code).toBe("mysql.no_rows_to_read");
});

test("mysql2 is the version whose packets this is made for", () => {
  const pinned = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    dependencies: { mysql2: string };
  };
  const { version } = createRequire(import.meta.url)("mysql2/package.json") as { version: string };
  expect(pinned.dependencies.mysql2).toBe(version);
  expect(version).toBe("3.24.5");
});

test("the hook into mysql2 is there, and its lack would be told", async () => {
  const opened = await session();
  const statement = await prepareStatement(opened, "SELECT 7 AS n");
  const packets: string[] = [];
  const taker = {
    columns: () => undefined,
    row: (bytes: Buffer, start: number, end: number): void =>
      void packets.push(bytes.toString("hex", start, end)),
  };
  await executeRaw(opened, statement, [], taker);
  expect(packets).toEqual(["000007000000"]);
  // A command of mysql2's that never asks for a parser of binary rows.
  const text = {
    columns: statement.columns,
    execute: (_values: unknown, done: never) => opened.client.query("SELECT 7 AS n", done),
  };
  const failure = await failureOf(executeRaw(opened, text as never, [], taker));
  expect(failure.code).toBe("mysql.client_unsupported");
});

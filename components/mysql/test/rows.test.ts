import { readFileSync } from "node:fs";
import { isOsirisError, Secret } from "@osiris/core";
import { mariadbServer, useServer } from "@osiris/services";
import { describe, expect, onTestFinished, test } from "vitest";
import type { MysqlConnection } from "../src/config.ts";
import { openSession, type Session } from "../src/connection/session.ts";
import { prepareRows, type PreparedRows, type ReadOptions, type Tally } from "../src/rows/read-rows.ts";
import { executeRaw, prepareStatement } from "../src/rows/statement.ts";
import { mysqlProject, type PipelineRun } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient } from "./server.ts";

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
    CREATE TABLE texts (id INT PRIMARY KEY, \`žluť\` VARCHAR(20) CHARACTER SET latin1, u VARCHAR(20) CHARACTER SET utf8mb3, b BLOB);
    INSERT INTO texts VALUES (1, 'plain', 'zażółć', x'FF'), (2, 'café', 'x', NULL);
    CREATE TABLE numbers (id BIGINT PRIMARY KEY, big BIGINT UNSIGNED, price DECIMAL(20,2), at DATETIME(6), day DATE, took TIME, name VARCHAR(9), raw BLOB, x DOUBLE, code UUID);
    INSERT INTO numbers VALUES
      (1, 18446744073709551615, -12.5, '1969-12-31 23:59:59.5', '0001-01-01', '-01:02:03', 'é', x'0aff', 0.1, '01234567-89ab-cdef-8123-456789abcdef'),
      (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, 0, 123456789012345678.99, '2026-01-02 03:04:05', '9999-12-31', '838:59:59', '', '', -2, 'f1234567-89ab-cdef-8123-456789abcdef');
  `);
});

async function session(): Promise<Session> {
  const { host, port = 3306, user = "", database = "", password = "" } = server;
  const config = { host, port, user, database, password: new Secret(password), tls: "disabled" };
  const rest = { charset: "utf8mb4", connect_timeout: 10, idle_timeout: 60 };
  const opened = await openSession({ ...config, ...rest } as MysqlConnection, {
    purpose: "read",
    signal: new AbortController().signal,
  });
  onTestFinished(() => opened.destroy());
  return opened;
}

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

  test("tinyint1: boolean takes any number but 0 for true", async () => {
    const result = await run({
      query: "SELECT CAST(NULL AS INT) AS n, b, t FROM (SELECT 1) AS one, LATERAL_FREE",
      tinyint1: "boolean",
      decoder,
    });
    expect(result.error).toBeDefined();
  });

  test("names that DuckDB cannot tell apart get numbers, and the others stay", async () => {
    const prepared = await prepareRows(
      await session(),
      {
        sql: 'SELECT 1 AS a, 2 AS A, 3 AS a, 4 AS "a""`b", 5 AS `ž😀`, NULL AS `a_2`, 7 AS ` `'.replaceAll(
          '"',
          "'",
        ),
      },
      { ...OPTIONS, decoder },
    );
    expect(prepared.columns.map(({ name }) => name)).toEqual(["a", "A_3", "a_4", "a'`b", "ž?", "a_2", " "]);
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
    const lengths = [
      0, 250, 251, 65_535, 65_536, 16_777_200, 16_777_206, 16_777_214, 16_777_215, 16_777_216, 40_000_000,
    ];
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
    const opened = await session();
    await opened.run("SET character_set_results = NULL");
    const prepared = await prepareRows(
      opened,
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

  test("rows are left out of what is appended", async () => {
    const prepared = await prepareRows(
      await session(),
      { sql: "SELECT seq, IF(seq % 3 = 0, NULL, seq) AS v, CONCAT('t', seq) AS t FROM seq_1_to_20" },
      { ...OPTIONS, decoder },
    );
    expect(prepared.columns).toHaveLength(3);
  });
});

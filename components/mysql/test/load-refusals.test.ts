import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { append, execute, ROUTES, rowsOf } from "./load-fixture.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

server.prepare(async () => {
  await execute(
    server,
    `CREATE TABLE parents (id INT PRIMARY KEY); INSERT INTO parents VALUES (4), (5), (6), (7)`,
  );
});

/** A value, a column that does not take it, and the reason that a user reads. */
const REFUSED: readonly (readonly [value: string, column: string, reason: string | RegExp])[] = [
  // What the server would round, cut or replace without an error.
  ["1.5::DECIMAL(9,1)", "INT", "v has a fraction, and the table's column none"],
  ["1.234::DECIMAL(9,3)", "DECIMAL(9,2)", "v has more than 2 decimals"],
  ["9007199254740993::BIGINT", "DOUBLE", "v has more digits than the table's type DOUBLE"],
  ["16777217::INTEGER", "FLOAT", "v has more digits than the table's type FLOAT"],
  ["0.1::DOUBLE", "FLOAT", "v has more digits than the table's type FLOAT"],
  ["0.125::DOUBLE", "DOUBLE(10,2)", "v has more than 2 decimals"],
  ["1.5::DOUBLE", "INT", "v has a fraction, and the table's column none"],
  ["1e300::DOUBLE", "INT", "v is out of range"],
  ["0.125::DOUBLE", "DECIMAL(9,2)", /Data truncated for column 'v'/],
  ["'NaN'::DOUBLE", "DOUBLE", "v is not a finite number"],
  ["'-inf'::FLOAT", "FLOAT", "v is not a finite number"],
  ["'NaN'::DOUBLE", "INT", "v is out of range"],
  ["'1.5'", "INT", "v is no whole number"],
  ["'1.239'", "DECIMAL(9,2)", /Data truncated for column 'v'/],
  ["70::INTEGER", "YEAR", "v is neither 0 nor a year from 1901 to 2155"],
  ["'70'", "YEAR", "v is no year of 4 digits"],
  ["(-1)::INTEGER", "BIT(8)", "v is negative"],
  ["'1'", "ENUM('a','b')", "v is none of the values that the column has"],
  ["1::INTEGER", "SET('a','b')", "v is none of the values that the column has"],
  ["'2020-01-01 10:00:00.5'::TIMESTAMP", "DATETIME", "v has a fraction of a second, and the column none"],
  ["'2020-01-01 10:00:00.123'::TIMESTAMP", "DATETIME(2)", "v has more than 2 digits of a second"],
  ["'2020-01-01 10:00:00.123'", "DATETIME(2)", "v has more than 2 digits of a second"],
  ["'2020-01-01 10:00:00'::TIMESTAMP", "DATE", "v has a time of day"],
  ["'2020-01-01 10:00:00'", "DATE", /Data truncated for column 'v'|Incorrect date value/],
  [
    "'2020-01-01 10:00:00.123456789'::TIMESTAMP_NS",
    "DATETIME(6)",
    "v has nanoseconds, and the server microseconds",
  ],
  ["'0044-03-15 (BC)'::DATE", "DATE", "v is beyond the years 1 to 9999"],
  ["'12020-01-01'::TIMESTAMP", "DATETIME", "v is beyond the years 1 to 9999"],
  ["'infinity'::TIMESTAMP", "DATETIME(6)", "v is beyond the years 1 to 9999"],
  ["'infinity'::TIMESTAMP", "DATETIME", "v is beyond the years 1 to 9999"],
  ["'-infinity'::DATE", "DATE", "v is beyond the years 1 to 9999"],
  ["'infinity'::TIMESTAMPTZ", "TIMESTAMP", "v is beyond the years 1 to 9999"],
  ["INTERVAL '1 month'", "TIME", "v has months, which are of no fixed length"],
  ["INTERVAL '839 hours'", "TIME", "v is beyond 838:59:59"],
  ["INTERVAL '0.5 seconds'", "TIME", "v has a fraction of a second, and the column none"],
  ["'\\xAB'::BLOB", "BINARY(2)", "v has fewer than 2 bytes, and would be filled up"],
  ["'\\xAB'::BLOB", "POINT", "v is no WKB or EWKB of two dimensions, little-endian"],
  ["['NaN'::DOUBLE]", "LONGTEXT", "v has a number that is not finite, which JSON does not know"],
  ["repeat('1', 65)::BIT", "BIT(64)", "v has more than 64 bits"],
  // What the server refuses.
  ["300::INTEGER", "TINYINT", /Out of range value for column 'v'/],
  ["(-1)::INTEGER", "INT UNSIGNED", /Out of range value for column 'v'/],
  [
    "8::INTEGER",
    "BIT(3)",
    /too long for column 'v'|Out of range value for column 'v'|Data truncated for column 'v'/,
  ],
  ["1e300::DOUBLE", "DECIMAL(9,2)", /Out of range value for column 'v'/],
  ["'abc'", "INT", /Incorrect integer value: 'abc' for column .*v/],
  ["'12abc'", "INT", /Data truncated for column 'v'|Incorrect integer value/],
  ["'abc'", "DOUBLE", /Data truncated for column 'v'|Incorrect double value/],
  ["'abcdef'", "VARCHAR(5)", /Data too long for column 'v'|Data truncated for column 'v'/],
  ["'abc  '", "VARCHAR(3)", /Data truncated for column 'v'|Data too long/],
  ["'😀'", "VARCHAR(5) CHARACTER SET utf8mb3", /Incorrect string value: .* for column .*v/],
  ["'€ж'", "VARCHAR(5) CHARACTER SET latin1", /Incorrect string value: .* for column .*v/],
  ["'c'", "ENUM('a','b')", /Data truncated for column 'v'/],
  ["'abc'", "DATE", /Incorrect date value: 'abc' for column .*v|Data truncated for column 'v'/],
  ["'2021-02-29'", "DATE", /Incorrect date value: '2021-02-29' for column .*v|Data truncated for column 'v'/],
  [
    "'1960-01-01 00:00:00+00'::TIMESTAMPTZ",
    "TIMESTAMP",
    /Incorrect datetime value|Out of range value for column 'v'|Data truncated/,
  ],
  ["'{'", "JSON", /CONSTRAINT .*v.* failed/],
  ["2::INTEGER", "INT, FOREIGN KEY (v) REFERENCES parents (id)", /foreign key constraint fails .*`v`/],
  ["5::INTEGER", "INT, CONSTRAINT small CHECK (v < 5)", /CONSTRAINT `small` failed/],
];

/** What names no row, or is about more than one column. */
const FAILING: readonly (readonly [value: string, column: string, reason: RegExp])[] = [
  ["7.5", "INT", /v has a fraction/],
  ["300", "TINYINT", /Out of range value for column 'v'/],
  ["NULL", "INT NOT NULL", /Column 'v' cannot be null|NULL supplied to NOT NULL column 'v'/],
  [
    "NULL",
    "INT UNSIGNED NOT NULL DEFAULT 5",
    /Column 'v' cannot be null|NULL supplied to NOT NULL column 'v'/,
  ],
  ["7", "INT UNIQUE", /Duplicate entry '7' for key 'v'/],
  ["9", "INT, FOREIGN KEY (v) REFERENCES parents (id)", /foreign key constraint fails .*`v`/],
  ["9", "INT, CONSTRAINT small CHECK (v < 8)", /CONSTRAINT `small` failed/],
];

/** As a value of its type that is NULL. */
function nullOf(value: string): string {
  return `CASE WHEN false THEN ${value} END`;
}

describe.each(ROUTES)("by %s", (load) => {
  test("a value that a column does not hold as it is: its row is rejected, and the others are written", async () => {
    const table = `refused_${load}`;
    // Row i has a value in column i, and in no other one; rows 1000 and 1001 have none at all.
    const columns = REFUSED.map(([, column], at) => `v${at} ${named(column, at)}`);
    await execute(
      server,
      `CREATE TABLE ${table} (id INT PRIMARY KEY, ${columns.join(", ")}) ROW_FORMAT=DYNAMIC`,
    );
    const values = REFUSED.map(
      ([value], at) => `CASE WHEN id = ${at} THEN ${value} ELSE ${nullOf(value)} END AS v${at}`,
    );
    const query = `SELECT id, ${values.join(", ")} FROM (
      SELECT 1000 AS id UNION ALL SELECT * FROM range(${REFUSED.length}) UNION ALL SELECT 1001) ORDER BY id = 1001, id <> 1000, id`;
    const run = await append(server, query, { table, load, on_row_error: "reject" });
    expect(run.error).toBeUndefined();
    const rejects = await run.query(
      "SELECT (row ->> 'id')::INTEGER AS id, reason, line FROM write__rejects ORDER BY line",
    );
    REFUSED.forEach(([value, column, reason], at) => {
      const text = typeof reason === "string" ? reason : reason.source;
      const expected = new RegExp(text.replaceAll(/\bv\b/g, `v${at}`));
      expect(rejects[at], `${value} in ${column}`).toMatchObject({ id: at, line: BigInt(at + 2) });
      expect(rejects[at]?.["reason"], `${value} in ${column}`).toMatch(expected);
    });
    expect(rejects).toHaveLength(REFUSED.length);
    const nothing = REFUSED.map((_, at) => `v${at} IS NULL`).join(" AND ");
    expect(await rowsOf(server, `SELECT CAST(id AS CHAR), ${nothing} FROM ${table}`)).toEqual([
      ["1000", 1],
      ["1001", 1],
    ]);
  });

  test.each(FAILING)(
    "%s in %s fails the step, and names row, key and column",
    async (value, column, reason) => {
      await execute(
        server,
        `CREATE OR REPLACE TABLE failing (id INT PRIMARY KEY, v ${column}); INSERT INTO failing VALUES (100, 7)`,
      );
      const query = `SELECT id, CASE WHEN id = 2 THEN ${value} ELSE 7 - id END AS v FROM range(1, 4) AS t(id)`;
      const run = await append(server, query, { table: "failing", load, primary_key: ["id"] });
      expect(run.error).toMatchObject({ code: "mysql.row_refused", category: "data" });
      expect(run.error?.message).toContain(`does not take row 2 (id = 2) as it is: `);
      expect(run.error?.message).toMatch(reason);
      expect(await rowsOf(server, "SELECT COUNT(*) FROM failing")).toEqual([["1"]]);
    },
  );
});

/** A column of many in one table. */
function named(column: string, at: number): string {
  return column
    .replace("(v)", `(v${at})`)
    .replace("CHECK (v ", `CHECK (v${at} `)
    .replace(" UNIQUE", `, UNIQUE k${at} (v${at})`);
}

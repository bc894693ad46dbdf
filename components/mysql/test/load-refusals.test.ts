import { mariadbServer, useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { append, execute, ROUTES, rowsOf } from "./load-fixture.ts";

const server = useServer(mariadbServer());

server.prepare(async () => {
  await execute(server, `CREATE TABLE parents (id INT PRIMARY KEY); INSERT INTO parents VALUES (1)`);
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
  ["true", "ENUM('a','b')", "v is none of the values that the column has"],
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
  ["NULL::TIMESTAMPTZ", "TIMESTAMP NOT NULL", "v is NULL, for which the server may take the current time"],
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
    "'1960-01-01+00'::TIMESTAMPTZ",
    "TIMESTAMP",
    /Incorrect datetime value|Out of range value for column 'v'|Data truncated/,
  ],
  ["'{'", "JSON", /CONSTRAINT .*v.* failed/],
  ["NULL::INTEGER", "INT NOT NULL", /Column 'v' cannot be null|NULL supplied to NOT NULL column 'v'/],
  ["NULL::BLOB", "BLOB NOT NULL", /Column 'v' cannot be null|NULL supplied to NOT NULL column 'v'/],
  ["7::INTEGER", "INT UNIQUE", /Duplicate entry '7' for key 'v'/],
  ["2::INTEGER", "INT, FOREIGN KEY (v) REFERENCES parents (id)", /foreign key constraint fails .*`v`/],
  ["5::INTEGER", "INT, CONSTRAINT small CHECK (v < 5)", /CONSTRAINT `small` failed/],
];

/** Rows 1 and 3 can be written, with what their column takes; row 2 cannot. */
async function table(name: string, value: string, column: string): Promise<string> {
  await execute(server, `CREATE TABLE ${name} (id INT PRIMARY KEY, v ${column})`);
  const nullable = !column.includes("NOT NULL");
  const good = column.includes("UNIQUE") ? `${value} - id` : `CAST(NULL AS ${await typeOf(value)})`;
  if (column.includes("UNIQUE")) await execute(server, `INSERT INTO ${name} VALUES (100, 7)`);
  const ids = nullable ? "(1), (2), (3)" : "(2)";
  return `SELECT id, CASE WHEN id = 2 THEN ${value} ELSE ${good} END AS v FROM (VALUES ${ids}) AS t(id) ORDER BY id`;
}

async function typeOf(value: string): Promise<string> {
  const type = /::(?<type>[A-Z_]+(?:\(\d+,\d+\))?)$/.exec(value)?.groups?.["type"];
  if (type !== undefined) return type;
  if (value === "true") return "BOOLEAN";
  if (value.startsWith("INTERVAL")) return "INTERVAL";
  return value.startsWith("[") ? "DOUBLE[]" : "VARCHAR";
}

describe.each(ROUTES)("by %s", (load) => {
  test.each(REFUSED.map((one, at) => [...one, at] as const))(
    "%s is not written into %s",
    async (value, column, reason, at) => {
      const name = `refused_${load}_${at}`;
      const query = await table(name, value, column);
      const run = await append(server, query, { table: name, load, primary_key: ["id"] });
      expect(run.error).toMatchObject({ code: "mysql.row_refused", category: "data" });
      const row = query.includes("(1)") ? 2 : 1;
      expect(run.error?.message).toMatch(
        typeof reason === "string" ? `does not take row ${row} (id = 2) as it is: ${reason}` : reason,
      );
      expect(run.error?.message).toContain(`row ${row} (id = 2)`);
      expect(await rowsOf(server, `SELECT COUNT(*) FROM ${name} WHERE id < 100`)).toEqual([["0"]]);

      const rejecting = await append(server, query, { table: name, load, on_row_error: "reject" });
      expect(rejecting.error).toBeUndefined();
      const [reject] = await rejecting.query("SELECT row ->> 'id' AS id, reason, line FROM write__rejects");
      expect(reject).toMatchObject({ id: "2", line: BigInt(row) });
      expect(reject?.["reason"]).toMatch(reason);
      const written = row === 2 ? [["1"], ["3"]] : [];
      expect(await rowsOf(server, `SELECT CAST(id AS CHAR) FROM ${name} WHERE id < 100`)).toEqual(written);
    },
  );
});

import { isOsirisError } from "@osiris/core";
import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { prepareRows, type ReadOptions } from "../src/rows/read-rows.ts";
import type { SourceColumn } from "../src/types/source-column.ts";
import { mysqlTypeFor, TYPE_MAP, TYPE_RULES } from "../src/types/type-map.ts";
import { openClient, testServer } from "./server.ts";
import { readSession } from "./sessions.ts";
import { TYPE_CASES } from "./type-cases.ts";

const server = useServer(testServer());
const OPTIONS: ReadOptions = { decoder: "binary", types: { zeroDates: "null", tinyint1: "integer" } };

async function columnsOf(table: string): Promise<readonly SourceColumn[]> {
  const prepared = await prepareRows(await readSession(server), { sql: `SELECT * FROM ${table}` }, OPTIONS);
  return prepared.columns;
}

/** DuckDB's types, what create_table makes of them, and what that is read as again. */
const WRITTEN: readonly (readonly [duckdb: string, mysql: string, again?: string])[] = [
  ["BOOLEAN", "tinyint(1)", "TINYINT"],
  ["TINYINT", "tinyint"],
  ["UTINYINT", "tinyint unsigned"],
  ["SMALLINT", "smallint"],
  ["USMALLINT", "smallint unsigned"],
  ["INTEGER", "int"],
  ["UINTEGER", "int unsigned"],
  ["BIGINT", "bigint"],
  ["UBIGINT", "bigint unsigned"],
  ["HUGEINT", "decimal(39,0)", "VARCHAR"],
  ["UHUGEINT", "decimal(39,0)", "VARCHAR"],
  ["FLOAT", "float"],
  ["DOUBLE", "double"],
  ["DECIMAL(4,2)", "decimal(4,2)"],
  ["DECIMAL(38,38)", "decimal(38,38)"],
  ["DATE", "date"],
  ["TIMESTAMP", "datetime(6)"],
  ["TIMESTAMP_S", "datetime", "TIMESTAMP"],
  ["TIMESTAMP_MS", "datetime(3)", "TIMESTAMP"],
  ["TIMESTAMP WITH TIME ZONE", "timestamp(6)"],
  ["TIME", "time(6)", "INTERVAL"],
  ["INTERVAL", "time(6)"],
  ["UUID", "uuid"],
  ["JSON", "json"],
  ["INTEGER[]", "json", "JSON"],
  ["DOUBLE[3]", "json", "JSON"],
  ['STRUCT(a INTEGER, "b c" VARCHAR[])', "json", "JSON"],
  ["MAP(VARCHAR, INTEGER)", "json", "JSON"],
  ["UNION(a INTEGER, b VARCHAR)", "json", "JSON"],
  ["VARCHAR", "longtext"],
  ["BLOB", "longblob"],
  ["TIMESTAMP_NS", "longtext", "VARCHAR"],
  ["TIME WITH TIME ZONE", "longtext", "VARCHAR"],
  ["BIT", "longtext", "VARCHAR"],
  ["BIGNUM", "longtext", "VARCHAR"],
  ["ENUM('a', 'b')", "longtext", "VARCHAR"],
];

test("types are spelled as the server spells them", async () => {
  await using client = await openClient(server);
  const columns = TYPE_CASES.map(({ mysql }, at) => `c${at} ${mysql}`);
  await client.query(`CREATE TABLE spelled (${columns.join(", ")})`);
  const [rows] = await client.query(
    "SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_NAME = 'spelled' ORDER BY ORDINAL_POSITION",
  );
  const spelled = (rows as { type: string }[]).map(({ type }) =>
    type
      // MariaDB shows widths of whole numbers, and a json as the longtext it is made of; result columns do not list their values.
      .replace(/^(\w*int)\((?!1\))\d+\)/, "$1")
      .replace(" zerofill", "")
      .replace(/^(enum|set)\(.*/, "$1")
      .replace(/^year\(4\)/, "year"),
  );
  const json = TYPE_CASES.findIndex(({ mysql }) => mysql === "json");
  const one = TYPE_CASES.findIndex(({ mysql }) => mysql === "tinyint(1)");
  const found = (await columnsOf("spelled")).map(({ sourceType }) => sourceType);
  expect(found.with(json, "longtext").with(one, "tinyint(1)")).toEqual(spelled);
});

test("create_table makes a type of each of DuckDB's that is read as it again, or as what the table says", async () => {
  await using client = await openClient(server);
  const columns = WRITTEN.map(([type, mysql], at) => {
    const written = mysqlTypeFor({ name: "x", type }, { key: false, product: "MariaDB" });
    expect(`${type}: ${written}`).toBe(`${type}: ${mysql}`);
    return `c${at} ${written} NULL`;
  });
  await client.query(`CREATE TABLE written (${columns.join(", ")})`);
  const again = (await columnsOf("written")).map(({ type }) => type);
  expect(again).toEqual(WRITTEN.map(([type, , read = type]) => read));
});

test("the text of a key has a length, and differs where DuckDB's does", async () => {
  await using client = await openClient(server);
  const type = mysqlTypeFor({ name: "k", type: "VARCHAR" }, { key: true, product: "MariaDB" });
  const bytes = mysqlTypeFor({ name: "b", type: "BLOB" }, { key: true, product: "MariaDB" });
  await client.query(`CREATE TABLE keyed (k ${type}, b ${bytes}, PRIMARY KEY (k, b))`);
  await client.query("INSERT INTO keyed VALUES ('a', ''), ('A', ''), ('a ', ''), ('á', ''), ('a', x'00')");
  const [rows] = await client.query("SELECT count(*) AS n FROM keyed");
  expect(rows).toEqual([{ n: "5" }]);
});

test("MySQL gets what it has instead of MariaDB's types", () => {
  const written = (type: string, key = false): string =>
    mysqlTypeFor({ name: "x", type }, { key, product: "MySQL" });
  expect(written("UUID")).toBe("char(36) CHARACTER SET ascii");
  expect(written("DECIMAL(38,30)")).toBe("decimal(38,30)");
  expect(written("DECIMAL(38,31)")).toBe("longtext");
  expect(written("VARCHAR", true)).toContain("utf8mb4_0900_bin");
});

test("a type that MySQL has nothing for is told with its column", () => {
  let error: unknown;
  try {
    mysqlTypeFor({ name: "shape", type: "VARIANT" }, { key: false, product: "MySQL" });
  } catch (thrown) {
    error = thrown;
  }
  expect(isOsirisError(error) ? `${error.code}: ${error.message}` : error).toBe(
    'mysql.unsupported_type: The column "shape" has the type VARIANT, for which MySQL has no type',
  );
});

test("the table for people says read and write where the code does", () => {
  const told = TYPE_MAP.map(({ native, only }) => ({
    native,
    read: only !== "write",
    write: only !== "read",
  }));
  const done = TYPE_RULES.map(({ native, read, write }) => ({
    native,
    read: read !== undefined,
    write: write !== undefined,
  }));
  expect(told).toEqual(done);
});

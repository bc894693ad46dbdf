import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { execute, ROUTES, rowsOf } from "./load-fixture.ts";
import { mysqlProject } from "./pipeline.ts";
import { connectionConfig, environmentOf, testServer } from "./server.ts";

const server = useServer(testServer());

/** Every type of the server, with values in its own SQL, the extremes among them. All columns take NULL as well. */
const TYPES: readonly (readonly [column: string, values: readonly string[]])[] = [
  ["TINYINT", ["-128", "127"]],
  ["TINYINT UNSIGNED", ["0", "255"]],
  ["TINYINT(1)", ["0", "1", "-128"]],
  ["SMALLINT", ["-32768", "32767"]],
  ["SMALLINT UNSIGNED", ["65535"]],
  ["MEDIUMINT", ["-8388608", "8388607"]],
  ["MEDIUMINT UNSIGNED", ["16777215"]],
  ["INT", ["-2147483648", "2147483647"]],
  ["INT UNSIGNED", ["4294967295"]],
  ["INT(8) ZEROFILL", ["42"]],
  ["BIGINT", ["-9223372036854775808", "9223372036854775807"]],
  ["BIGINT UNSIGNED", ["18446744073709551615"]],
  [
    "DECIMAL(65,30)",
    [
      "-99999999999999999999999999999999999.999999999999999999999999999999",
      "0.000000000000000000000000000001",
    ],
  ],
  ["DECIMAL(38,10)", ["9999999999999999999999999999.9999999999", "-0.0000000001"]],
  ["DECIMAL(18,2)", ["-9999999999999999.99"]],
  ["DECIMAL(5,0) UNSIGNED", ["99999"]],
  ["FLOAT", ["3.4028234663852886e38", "1.401298464324817e-45", "-1e-3", "0.1"]],
  [
    "DOUBLE",
    ["1.7976931348623157e308", "-2.2250738585072014e-308", "5e-324", "0.1", "9534.268806419257", "1e22"],
  ],
  ["BIT(1)", ["b'0'", "b'1'"]],
  ["BIT(10)", ["b'1000000001'"]],
  ["BIT(64)", ["18446744073709551615", "9223372036854775808"]],
  ["YEAR", ["0", "1901", "2155"]],
  ["DATE", ["'0001-01-01'", "'1582-10-10'", "'2000-02-29'", "'9999-12-31'"]],
  ["DATETIME", ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59'"]],
  ["DATETIME(6)", ["'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'"]],
  ["DATETIME(3)", ["'2020-03-29 02:30:00.001'"]],
  ["TIMESTAMP", ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"]],
  ["TIMESTAMP(6)", ["'2038-01-19 03:14:07.999999'"]],
  ["TIME", ["'-838:59:59'", "'838:59:59'", "'00:00:00'"]],
  ["TIME(6)", ["'-838:59:59.000001'", "'838:59:58.999999'", "'-00:00:00.000001'"]],
  ["CHAR(5)", ["''", "'üñ😀'", "'a'"]],
  [
    "VARCHAR(20)",
    [
      "''",
      "'  a  '",
      "'NULL'",
      String.raw`'\\N'`,
      "CONCAT(CHAR(0),CHAR(9),CHAR(10),CHAR(13),CHAR(26),CHAR(39),CHAR(92))",
    ],
  ],
  ["VARCHAR(20) CHARACTER SET latin1", ["'ü€'"]],
  ["VARCHAR(20) CHARACTER SET utf16", ["'ü😀'"]],
  ["TINYTEXT", ["REPEAT('x', 255)"]],
  ["TEXT", ["REPEAT('é', 30000)"]],
  ["MEDIUMTEXT", ["REPEAT('é', 100000)"]],
  ["LONGTEXT", ["REPEAT('😀', 300000)"]],
  ["BINARY(4)", ["X'00000000'", "X'FF0A5C00'"]],
  ["VARBINARY(300)", ["''", "UNHEX(CONCAT_WS('', '000102030405060708090A0B0C0D0E0F5C2722FFFEC0'))"]],
  ["BLOB", ["REPEAT(X'00FF', 30000)"]],
  ["LONGBLOB", ["REPEAT(X'0A5C09', 300000)"]],
  ["ENUM('a','it''s','1','')", ["'a'", "'it''s'", "'1'", "''"]],
  ["SET('a','b','c')", ["''", "'a,c'"]],
  ["JSON", [`'{"a": [1, 2.50, "\\\\u00fc\\\\n"], "n": 12345678901234567890}'`, "'null'"]],
  ["UUID", ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'", "UUID()"]],
  ["INET6", ["'::'", "'2001:db8::ff00:42:8329'", "'::ffff:192.0.2.128'"]],
  [
    "GEOMETRY",
    [
      "ST_GeomFromText('POINT(1 -2.5)')",
      "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))', 4326)",
    ],
  ],
  ["POINT", ["ST_GeomFromText('POINT(1e300 -1e-300)', 3857)"]],
  ["POLYGON", ["ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,2 1,2 2,1 2,1 1))')"]],
];

const columns = TYPES.map(([column], at) => `c${at} ${column} NULL`).join(", ");
const height = Math.max(...TYPES.map(([, values]) => values.length));

/** Row 0 is NULL throughout. */
server.prepare(async () => {
  const rows = Array.from({ length: height + 1 }, (_, row) => {
    const cells = TYPES.map(([, values]) =>
      row === 0 ? "NULL" : (values[(row - 1) % values.length] ?? "NULL"),
    );
    return `(${row}, ${cells.join(", ")})`;
  });
  await execute(
    server,
    `CREATE TABLE torture (id INT PRIMARY KEY, ${columns}) CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC;
     INSERT INTO torture VALUES ${rows.join(", ")}`,
  );
});

/** Cells of the copy that are not what the original has, as the server sees it: by value and by its bytes. */
async function differences(copy: string): Promise<readonly unknown[]> {
  const cells = TYPES.map(([column], at) => {
    const c = `c${at}`;
    return `SELECT '${column.replaceAll("'", "''")}' AS type, t.id, LEFT(HEX(CONCAT('', t.${c})), 80) AS was, LEFT(HEX(CONCAT('', k.${c})), 80) AS is_now
      FROM torture t LEFT JOIN ${copy} k USING (id)
      WHERE NOT (t.${c} <=> k.${c} AND HEX(CONCAT('', t.${c})) <=> HEX(CONCAT('', k.${c})))`;
  });
  return rowsOf(server, cells.join(" UNION ALL "));
}

describe.each(ROUTES)("by %s", (load) => {
  test("every type comes back into a table like its own", async () => {
    const table = `copy_${load}`;
    await execute(server, `CREATE TABLE ${table} LIKE torture`);
    const connection = connectionConfig(server);
    const run = await mysqlProject().run(
      {
        read: { component: "mysql.extractor", config: { ...connection, table: "torture" } },
        write: { component: "mysql.writer", config: { ...connection, table, load } },
      },
      { environment: environmentOf(server) },
    );
    expect(run.error).toBeUndefined();
    expect(await differences(table)).toEqual([]);
    expect(await rowsOf(server, `SELECT COUNT(*) FROM ${table}`)).toEqual([[String(height + 1)]]);
  });

  test("and into a table that create_table makes, from which it is read the same", async () => {
    const table = `made_${load}`;
    const connection = connectionConfig(server);
    const run = await mysqlProject().run(
      {
        read: { component: "mysql.extractor", config: { ...connection, table: "torture" } },
        write: {
          component: "mysql.writer",
          config: { ...connection, table, load, create_table: true, primary_key: ["id"] },
          needs: ["read"],
        },
      },
      { environment: environmentOf(server) },
    );
    expect(run.error).toBeUndefined();
    const again = await mysqlProject().run(
      {
        first: { component: "mysql.extractor", config: { ...connection, table: "torture" } },
        second: { component: "mysql.extractor", config: { ...connection, table } },
      },
      { environment: environmentOf(server) },
    );
    expect(again.error).toBeUndefined();
    const same = TYPES.map(
      (
        [column],
        at,
      ) => `SELECT '${column.replaceAll("'", "''")}' AS type, id, a.c${at}::VARCHAR AS was, b.c${at}::VARCHAR AS is_now
      FROM first a JOIN second b USING (id) WHERE a.c${at}::VARCHAR IS DISTINCT FROM b.c${at}::VARCHAR`,
    );
    expect(await again.query(same.join(" UNION ALL "))).toEqual([]);
    expect(await again.values("SELECT count(*) FROM second")).toEqual([BigInt(height + 1)]);
  });
});

import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { append, execute, ROUTES, rowsOf } from "./load-fixture.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

/** DuckDB's value, the column it goes to, and what the server then has, in its own SQL: each must equal the other. */
const EXACT: readonly (readonly [value: string, column: string, expected: string])[] = [
  ["NULL", "INT", "NULL"],
  ["true", "TINYINT(1)", "1"],
  ["false", "BIT(1)", "b'0'"],
  ["true", "VARCHAR(5)", "'1'"],
  ["true", "DECIMAL(3,1)", "1"],
  ["(-128)::TINYINT", "TINYINT", "-128"],
  ["(-9223372036854775808)::BIGINT", "BIGINT", "-9223372036854775808"],
  ["18446744073709551615::UBIGINT", "BIGINT UNSIGNED", "18446744073709551615"],
  ["18446744073709551615::UBIGINT", "BIT(64)", "18446744073709551615"],
  ["5::UBIGINT", "BIT(3)", "b'101'"],
  [
    "170141183460469231731687303715884105727::HUGEINT",
    "DECIMAL(65,0)",
    "170141183460469231731687303715884105727",
  ],
  [
    "340282366920938463463374607431768211455::UHUGEINT",
    "VARCHAR(50)",
    "'340282366920938463463374607431768211455'",
  ],
  [
    "'99999999999999999999999999999999999999999999'::BIGNUM",
    "DECIMAL(65,0)",
    "99999999999999999999999999999999999999999999",
  ],
  ["9007199254740993::BIGINT", "VARCHAR(20)", "'9007199254740993'"],
  ["9007199254740992::BIGINT", "DOUBLE", "9007199254740992e0"],
  ["0::INTEGER", "YEAR", "0"],
  ["1901::SMALLINT", "YEAR", "1901"],
  ["2155::SMALLINT", "YEAR", "2155"],
  [
    "-99999999999999999999999999999.123456789::DECIMAL(38,9)",
    "DECIMAL(65,30)",
    "-99999999999999999999999999999.123456789",
  ],
  ["12.50::DECIMAL(9,2)", "DECIMAL(9,1)", "12.5"],
  ["12.00::DECIMAL(9,2)", "INT", "12"],
  ["0.1::DECIMAL(9,2)", "DOUBLE", "0.1e0"],
  ["0.1::DOUBLE", "DOUBLE", "0.1e0"],
  ["9534.268806419257::DOUBLE", "DOUBLE", "9534.268806419257e0"],
  ["1.7976931348623157e308::DOUBLE", "DOUBLE", "1.7976931348623157e308"],
  ["2.2250738585072014e-308::DOUBLE", "DOUBLE", "2.2250738585072014e-308"],
  ["5e-324::DOUBLE", "DOUBLE", "4.9406564584124654e-324"],
  ["-0.0::DOUBLE", "DOUBLE", "0e0"],
  ["1e22::DOUBLE", "DECIMAL(30,0)", "10000000000000000000000"],
  ["0.25::DOUBLE", "DECIMAL(9,2)", "0.25"],
  ["0.5::DOUBLE", "FLOAT", "0.5e0"],
  ["3::DOUBLE", "INT", "3"],
  ["0.1::FLOAT", "FLOAT", "CAST(0.10000000149011612e0 AS FLOAT)"],
  ["0.1::FLOAT", "DOUBLE", "0.10000000149011612e0"],
  ["3.4028235e38::FLOAT", "FLOAT", "CAST(3.4028234663852886e38 AS FLOAT)"],
  ["0.1::FLOAT", "VARCHAR(30)", "'0.1'"],
  ["''", "VARCHAR(5)", "''"],
  ["'NULL'", "VARCHAR(5)", "'NULL'"],
  ["'\\N'", "VARCHAR(5)", String.raw`'\\N'`],
  [
    "concat(chr(0), chr(8), chr(9), chr(10), chr(13), chr(26), chr(34), chr(39), chr(92), 'N')",
    "TEXT",
    "X'0008090A0D1A22275C4E'",
  ],
  ["'ünï 😀 ñ'", "VARCHAR(20)", "'ünï 😀 ñ'"],
  ["'ü'", "VARCHAR(20) CHARACTER SET latin1", "'ü'"],
  ["'ü€'", "VARCHAR(20) CHARACTER SET utf16", "'ü€'"],
  ["'12'", "INT", "12"],
  ["'1.5e3'", "DOUBLE", "1500"],
  ["'12.34'", "DECIMAL(9,2)", "12.34"],
  ["'2020-02-29'", "DATE", "'2020-02-29'"],
  ["'2020-02-29 12:00:00.12'", "DATETIME(2)", "'2020-02-29 12:00:00.12'"],
  ["'-12:00:00'", "TIME", "'-12:00:00'"],
  ["'ü'", "VARBINARY(5)", "X'C3BC'"],
  ["'it''s'", "ENUM('a','it''s')", "'it''s'"],
  ["'2'", "ENUM('1','2')", "'2'"],
  ["'a,c'", "SET('a','b','c')", "'a,c'"],
  ["'b'::ENUM('a','b')", "ENUM('b','a')", "'b'"],
  [`'{"a": 1}'::JSON`, "JSON", `'{"a": 1}'`],
  [`'{"a": "\\\\n''"}'::JSON`, "LONGTEXT", String.raw`'{"a": "\\\\n''"}'`],
  ["'\\x00\\xFF\\x0A\\x5C'::BLOB", "VARBINARY(9)", "X'00FF0A5C'"],
  ["''::BLOB", "BLOB", "X''"],
  ["'\\xAB\\xCD'::BLOB", "BINARY(2)", "X'ABCD'"],
  ["'0101'::BIT", "BIT(8)", "b'101'"],
  ["repeat('1', 64)::BIT", "BIT(64)", "18446744073709551615"],
  ["'0101'::BIT", "VARCHAR(8)", "'0101'"],
  ["'9999-12-31'::DATE", "DATE", "'9999-12-31'"],
  ["'0001-01-01'::DATE", "DATE", "'0001-01-01'"],
  ["'2020-02-29'::DATE", "DATETIME", "'2020-02-29 00:00:00'"],
  ["'2020-02-29'::DATE", "VARCHAR(10)", "'2020-02-29'"],
  ["'9999-12-31 23:59:59.999999'::TIMESTAMP", "DATETIME(6)", "'9999-12-31 23:59:59.999999'"],
  ["'0001-01-01 00:00:00'::TIMESTAMP", "DATETIME(6)", "'0001-01-01 00:00:00'"],
  ["'2020-01-01 10:00:00.5'::TIMESTAMP", "DATETIME(1)", "'2020-01-01 10:00:00.5'"],
  ["'2020-01-01 10:00:00.123'::TIMESTAMP_MS", "DATETIME(3)", "'2020-01-01 10:00:00.123'"],
  ["'2020-01-01 10:00:00'::TIMESTAMP_S", "DATETIME", "'2020-01-01 10:00:00'"],
  ["'2020-01-01 10:00:00.123456'::TIMESTAMP_NS", "DATETIME(6)", "'2020-01-01 10:00:00.123456'"],
  ["'2020-01-01 10:00:00.123456789'::TIMESTAMP_NS", "VARCHAR(40)", "'2020-01-01 10:00:00.123456789'"],
  ["'2020-01-01'::TIMESTAMP", "DATE", "'2020-01-01'"],
  ["'2020-01-01 10:00:00.5+02'::TIMESTAMPTZ", "TIMESTAMP(6)", "'2020-01-01 08:00:00.5'"],
  ["'2038-01-19 03:14:07.999999+00'::TIMESTAMPTZ", "TIMESTAMP(6)", "'2038-01-19 03:14:07.999999'"],
  ["'9999-12-31 23:59:59+00'::TIMESTAMPTZ", "DATETIME", "'9999-12-31 23:59:59'"],
  ["'2020-01-01 10:00:00+02'::TIMESTAMPTZ", "VARCHAR(30)", "'2020-01-01 08:00:00+00'"],
  ["'23:59:59.999999'::TIME", "TIME(6)", "'23:59:59.999999'"],
  ["'10:00:00.5'::TIME", "TIME(1)", "'10:00:00.5'"],
  ["'10:00:00+02'::TIMETZ", "VARCHAR(20)", "'10:00:00+02'"],
  ["INTERVAL '-838:59:59'", "TIME", "'-838:59:59'"],
  ["INTERVAL '838:59:58.999999'", "TIME(6)", "'838:59:58.999999'"],
  ["INTERVAL '-0:00:00.000001'", "TIME(6)", "'-00:00:00.000001'"],
  ["INTERVAL '2 days'", "TIME", "'48:00:00'"],
  ["INTERVAL '2 months'", "VARCHAR(20)", "'2 months'"],
  ["'0f0f0f0f-1234-5678-9abc-def012345678'::UUID", "UUID", "'0f0f0f0f-1234-5678-9abc-def012345678'"],
  ["'0f0f0f0f-1234-5678-9abc-def012345678'::UUID", "BINARY(16)", "X'0F0F0F0F123456789ABCDEF012345678'"],
  ["'0f0f0f0f-1234-5678-9abc-def012345678'::UUID", "CHAR(36)", "'0f0f0f0f-1234-5678-9abc-def012345678'"],
  ["'::ffff:10.0.0.1'", "INET6", "'::ffff:10.0.0.1'"],
  [`{'a': 1, 'b': ['x', NULL]}`, "JSON", `'{"a":1,"b":["x",null]}'`],
  [`[1.5::DOUBLE, 2e300::DOUBLE]`, "LONGTEXT", `'[1.5,2e300]'`],
  [`['NaN Infinity "N']`, "LONGTEXT", String.raw`'["NaN Infinity \\"N"]'`],
  ["MAP {'k': 1}", "LONGTEXT", `'{"k":1}'`],
  [
    "'\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xF0\\x3F\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x40'::BLOB",
    "POINT",
    "ST_GeomFromText('POINT(1 2)')",
  ],
  [
    "'\\x01\\x01\\x00\\x00\\x20\\xE6\\x10\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xF0\\x3F\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x40'::BLOB",
    "GEOMETRY",
    "ST_GeomFromText('POINT(1 2)', 4326)",
  ],
];

describe.each(ROUTES)("by %s", (load) => {
  test("every value is in the table as it was", async () => {
    const table = `exact_${load}`;
    const columns = EXACT.map(([, column], at) => `c${at} ${column} NULL`);
    await execute(
      server,
      `CREATE TABLE ${table} (${columns.join(", ")}) CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC`,
    );
    const values = EXACT.map(([value], at) => `${value} AS c${at}`);
    const run = await append(server, `SELECT ${values.join(", ")}`, { table, load });
    expect(run.error).toBeUndefined();
    expect(run.events.filter(({ event }) => event === "mysql.route")).toMatchObject([{ route: load }]);
    // As bytes too: a comparison knows no difference between letters' cases. HEX of a number would be that of its whole part.
    const judged = EXACT.map(
      (_, at) => `(c${at} <=> w${at}) AND (HEX(CONCAT('', c${at})) <=> HEX(CONCAT('', w${at})))`,
    );
    const wanted = EXACT.map(([, column], at) => `w${at} ${column} NULL`);
    await execute(
      server,
      `CREATE TABLE wanted_${load} (${wanted.join(", ")}) CHARACTER SET utf8mb4;
       INSERT INTO wanted_${load} VALUES (${EXACT.map(([, , expected]) => expected).join(", ")})`,
    );
    const [equal = []] = await rowsOf(server, `SELECT ${judged.join(", ")} FROM ${table}, wanted_${load}`);
    expect(EXACT.filter((_, at) => equal[at] !== 1)).toEqual([]);
    expect(equal).toHaveLength(EXACT.length);
  });
});

/** A type at its extremes: what is stored, and what DuckDB has to have. */
export interface TypeCase {
  /** As in CREATE TABLE. */
  readonly mysql: string;
  readonly duckdb: string;
  /** SQL of a value, and the text that DuckDB makes of what was read; the same where there is one. */
  readonly values: readonly (string | readonly [sql: string, text: string | null])[];
  /** The text of a column's values in DuckDB's SQL. @default a cast */
  readonly text?: (column: string) => string;
}

const hex = (column: string): string => `hex(${column})`;
const utc = (column: string): string => `(${column} AT TIME ZONE 'UTC')::VARCHAR`;

/** Every type of MariaDB, and its extremes, written out by hand. */
export const TYPE_CASES: readonly TypeCase[] = [
  { mysql: "tinyint", duckdb: "TINYINT", values: ["-128", "-1", "0", "127"] },
  { mysql: "tinyint(1)", duckdb: "TINYINT", values: ["-128", "1", "0", "5"] },
  { mysql: "tinyint unsigned", duckdb: "UTINYINT", values: ["0", "128", "255"] },
  { mysql: "smallint", duckdb: "SMALLINT", values: ["-32768", "-1", "0", "32767"] },
  { mysql: "smallint unsigned", duckdb: "USMALLINT", values: ["0", "32768", "65535"] },
  { mysql: "mediumint", duckdb: "INTEGER", values: ["-8388608", "-1", "8388607"] },
  { mysql: "mediumint unsigned", duckdb: "UINTEGER", values: ["0", "16777215"] },
  { mysql: "int", duckdb: "INTEGER", values: ["-2147483648", "-1", "0", "2147483647"] },
  { mysql: "int unsigned zerofill", duckdb: "UINTEGER", values: ["0", "2147483648", "4294967295"] },
  {
    mysql: "bigint",
    duckdb: "BIGINT",
    values: ["-9223372036854775808", "-9007199254740993", "-1", "9007199254740993", "9223372036854775807"],
  },
  {
    mysql: "bigint unsigned",
    duckdb: "UBIGINT",
    values: ["0", "9007199254740993", "9223372036854775808", "18446744073709551615"],
  },
  {
    mysql: "float",
    duckdb: "FLOAT",
    values: ["0.1", "-0.5", ["3.402823466e38", "3.4028235e+38"], ["1.17549435e-38", "1.1754944e-38"]],
  },
  {
    mysql: "double",
    duckdb: "DOUBLE",
    values: [
      "0.1",
      "9534.268806419257",
      ["1.7976931348623157e308", "1.7976931348623157e+308"],
      ["-2.2250738585072014e-308", "-2.2250738585072014e-308"],
    ],
  },
  { mysql: "decimal(4,2)", duckdb: "DECIMAL(4,2)", values: ["-99.99", "0.01", "99.99", "0.00"] },
  {
    mysql: "decimal(4,4)",
    duckdb: "DECIMAL(4,4)",
    values: [
      ["-0.9999", "-.9999"],
      ["0.0001", ".0001"],
      ["0.9999", ".9999"],
    ],
  },
  { mysql: "decimal(5,0)", duckdb: "DECIMAL(5,0)", values: ["-99999", "-1", "0", "99999"] },
  { mysql: "decimal(9,3) unsigned", duckdb: "DECIMAL(9,3)", values: ["0.000", "999999.999"] },
  { mysql: "decimal(10,0)", duckdb: "DECIMAL(10,0)", values: ["-9999999999", "9999999999"] },
  {
    mysql: "decimal(15,2)",
    duckdb: "DECIMAL(15,2)",
    values: ["-9999999999999.99", "9999999999999.99", "-0.01"],
  },
  {
    mysql: "decimal(18,6) zerofill",
    duckdb: "DECIMAL(18,6)",
    values: ["999999999999.999999", "0.000001", "900719925474.740993"],
  },
  {
    mysql: "decimal(18,18)",
    duckdb: "DECIMAL(18,18)",
    values: [
      ["-0.999999999999999999", "-.999999999999999999"],
      ["0.000000000000000001", ".000000000000000001"],
    ],
  },
  {
    mysql: "decimal(19,0)",
    duckdb: "DECIMAL(19,0)",
    values: ["-9999999999999999999", "-1", "0", "9223372036854775808"],
  },
  {
    mysql: "decimal(38,10)",
    duckdb: "DECIMAL(38,10)",
    values: [
      "-9999999999999999999999999999.9999999999",
      "9999999999999999999999999999.9999999999",
      "-0.0000000001",
      "1.0000000000",
    ],
  },
  {
    mysql: "decimal(38,38)",
    duckdb: "DECIMAL(38,38)",
    values: [
      ["-0.99999999999999999999999999999999999999", "-.99999999999999999999999999999999999999"],
      ["0.00000000000000000000000000000000000001", ".00000000000000000000000000000000000001"],
    ],
  },
  {
    mysql: "decimal(39,0)",
    duckdb: "VARCHAR",
    values: ["-999999999999999999999999999999999999999", "1"],
  },
  {
    mysql: "decimal(65,30)",
    duckdb: "VARCHAR",
    values: [
      "-99999999999999999999999999999999999.999999999999999999999999999999",
      "0.000000000000000000000000000001",
    ],
  },
  {
    mysql: "bit(1)",
    duckdb: "UBIGINT",
    values: [
      ["b'1'", "1"],
      ["b'0'", "0"],
    ],
  },
  { mysql: "bit(10)", duckdb: "UBIGINT", values: [["b'1010101010'", "682"], "0"] },
  {
    mysql: "bit(64)",
    duckdb: "UBIGINT",
    values: ["18446744073709551615", "9223372036854775808", "72623859790382856", "0"],
  },
  {
    mysql: "date",
    duckdb: "DATE",
    values: [
      ["'1970-01-01'", "1970-01-01"],
      ["'0001-01-01'", "0001-01-01"],
      ["'1000-01-01'", "1000-01-01"],
      ["'1900-02-28'", "1900-02-28"],
      ["'2000-02-29'", "2000-02-29"],
      ["'9999-12-31'", "9999-12-31"],
      ["'0000-00-00'", null],
      ["'2026-00-01'", null],
      ["'2026-02-00'", null],
    ],
  },
  {
    mysql: "datetime",
    duckdb: "TIMESTAMP",
    values: [
      ["'1000-01-01 00:00:00'", "1000-01-01 00:00:00"],
      ["'1969-12-31 23:59:59'", "1969-12-31 23:59:59"],
      ["'9999-12-31 23:59:59'", "9999-12-31 23:59:59"],
      ["'2026-03-29 02:30:00'", "2026-03-29 02:30:00"],
      ["'0000-00-00 00:00:00'", null],
      ["'2026-02-00 01:02:03'", null],
    ],
  },
  {
    mysql: "datetime(3)",
    duckdb: "TIMESTAMP",
    values: [["'2026-11-01 01:30:00.120'", "2026-11-01 01:30:00.12"]],
  },
  {
    mysql: "datetime(6)",
    duckdb: "TIMESTAMP",
    values: [
      ["'0001-01-01 00:00:00.000001'", "0001-01-01 00:00:00.000001"],
      ["'1969-12-31 23:59:59.999999'", "1969-12-31 23:59:59.999999"],
      ["'9999-12-31 23:59:59.999999'", "9999-12-31 23:59:59.999999"],
      ["'2020-01-01 00:00:00.000000'", "2020-01-01 00:00:00"],
    ],
  },
  {
    mysql: "timestamp(6) null",
    duckdb: "TIMESTAMP WITH TIME ZONE",
    text: utc,
    values: [
      ["'1970-01-01 00:00:01.000000'", "1970-01-01 00:00:01"],
      ["'2038-01-19 03:14:07.999999'", "2038-01-19 03:14:07.999999"],
      ["'2026-03-29 01:00:00.5'", "2026-03-29 01:00:00.5"],
      ["'0000-00-00 00:00:00'", null],
    ],
  },
  {
    mysql: "time",
    duckdb: "INTERVAL",
    values: [
      ["'-838:59:59'", "-838:59:59"],
      ["'838:59:59'", "838:59:59"],
      ["'00:00:00'", "00:00:00"],
      ["'-00:00:01'", "-00:00:01"],
      ["'24:00:00'", "24:00:00"],
    ],
  },
  {
    mysql: "time(6)",
    duckdb: "INTERVAL",
    values: [
      ["'-838:59:59.999999'", "-838:59:59.999999"],
      ["'00:00:00.000001'", "00:00:00.000001"],
      ["'-00:00:00.5'", "-00:00:00.5"],
    ],
  },
  { mysql: "year", duckdb: "SMALLINT", values: ["1901", "2155", ["'0000'", "0"]] },
  {
    mysql: "char(12)",
    duckdb: "VARCHAR",
    values: [
      ["''", ""],
      ["'žluťoučký'", "žluťoučký"],
      ["'😀😀😀😀😀😀😀😀😀😀😀😀'", "😀😀😀😀😀😀😀😀😀😀😀😀"],
    ],
  },
  { mysql: "char(3) character set latin1", duckdb: "VARCHAR", values: [["'é€ÿ'", "é€ÿ"]] },
  { mysql: "varchar(20) character set utf8mb3", duckdb: "VARCHAR", values: [["'zażółć ﷽'", "zażółć ﷽"]] },
  { mysql: "varchar(20) character set utf16", duckdb: "VARCHAR", values: [["'a😀b'", "a😀b"]] },
  {
    mysql: "text",
    duckdb: "VARCHAR",
    values: [
      ["'NULL'", "NULL"],
      ["repeat('x', 250)", "x".repeat(250)],
      ["repeat('y', 251)", "y".repeat(251)],
      ["repeat('é', 32767)", "é".repeat(32_767)],
      ["'a\\0b\\n\\\\'", "a\0b\n\\"],
    ],
  },
  { mysql: "tinytext", duckdb: "VARCHAR", values: [["repeat('z', 255)", "z".repeat(255)]] },
  { mysql: "mediumtext", duckdb: "VARCHAR", values: [["repeat('m', 65536)", "m".repeat(65_536)]] },
  {
    mysql: "longtext",
    duckdb: "VARCHAR",
    values: [
      ["''", ""],
      ["repeat('l', 70000)", "l".repeat(70_000)],
    ],
  },
  { mysql: "binary(4)", duckdb: "BLOB", text: hex, values: [["x'00FF'", "00FF0000"]] },
  {
    mysql: "varbinary(5)",
    duckdb: "BLOB",
    text: hex,
    values: [
      ["''", ""],
      ["x'FE00'", "FE00"],
    ],
  },
  { mysql: "blob", duckdb: "BLOB", text: hex, values: [["x'C328'", "C328"]] },
  { mysql: "tinyblob", duckdb: "BLOB", text: hex, values: [["x'00'", "00"]] },
  { mysql: "longblob", duckdb: "BLOB", text: hex, values: [["repeat(x'FF', 300)", "FF".repeat(300)]] },
  {
    mysql: "enum('', 'a', 'é')",
    duckdb: "VARCHAR",
    values: [
      ["''", ""],
      ["'é'", "é"],
    ],
  },
  {
    mysql: "set('a', 'b', 'c')",
    duckdb: "VARCHAR",
    values: [
      ["''", ""],
      ["'a,c'", "a,c"],
    ],
  },
  {
    mysql: "json",
    duckdb: "JSON",
    values: [
      [`'{"a": 1e400, "b": 12345678901234567890.10}'`, `{"a": 1e400, "b": 12345678901234567890.10}`],
      ["'null'", "null"],
    ],
  },
  {
    mysql: "uuid",
    duckdb: "UUID",
    values: [
      ["'00000000-0000-0000-0000-000000000000'", "00000000-0000-0000-0000-000000000000"],
      ["'ffffffff-ffff-ffff-ffff-ffffffffffff'", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
      ["'01234567-89AB-CDEF-8123-456789abcdef'", "01234567-89ab-cdef-8123-456789abcdef"],
    ],
  },
  { mysql: "inet4", duckdb: "VARCHAR", values: [["'255.0.0.1'", "255.0.0.1"]] },
  { mysql: "inet6", duckdb: "VARCHAR", values: [["'2001:DB8::1'", "2001:db8::1"]] },
  {
    mysql: "geometry",
    duckdb: "BLOB",
    text: hex,
    values: [
      ["ST_GeomFromText('POINT(1 2)')", "0101000000000000000000F03F0000000000000040"],
      ["ST_GeomFromText('POINT(1 2)', 4326)", "0101000020E6100000000000000000F03F0000000000000040"],
      [
        "ST_GeomFromText('LINESTRING(0 0,1 2)', 1)",
        "01020000200100000002000000" + "0".repeat(32) + "000000000000F03F0000000000000040",
      ],
    ],
  },
  { mysql: "point", duckdb: "BLOB", text: hex, values: [["POINT(0,0)", "0101000000" + "0".repeat(32)]] },
];

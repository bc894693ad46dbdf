import { beforeAll, describe, expect, test } from "vitest";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { osiris } from "../src/osiris.ts";
import { pipeline } from "../src/project.ts";

/** A type with what `preview` and `query` show of it: as JSON, and in a table. */
const COLUMNS: readonly (readonly [name: string, sql: string, json: unknown, text: string])[] = [
  ["boolean", "true", true, "true"],
  ["tiny", "(-128)::TINYINT", -128, "-128"],
  ["big", "9223372036854775807", "9223372036854775807", "9223372036854775807"],
  [
    "huge",
    "'-1267650600228229401496703205376'::HUGEINT",
    "-1267650600228229401496703205376",
    "-1267650600228229401496703205376",
  ],
  ["price", "12.50::DECIMAL(38,2)", "12.50", "12.50"],
  ["nan", "'nan'::DOUBLE", "NaN", "NaN"],
  ["tenth", "0.1::FLOAT", 0.100_000_001_490_116_12, "0.10000000149011612"],
  ["text", "'žluťoučký 🐎'", "žluťoučký 🐎", "žluťoučký 🐎"],
  ["json", `'{"a": [1]}'::JSON`, '{"a": [1]}', '{"a": [1]}'],
  ["blob", "'\\x00\\xFFA\"'::BLOB", "\\x00\\xFFA\\x22", "\\x00\\xFFA\\x22"],
  ["bits", "'0101'::BIT", "0101", "0101"],
  [
    "uuid",
    "'00000000-0000-0000-0000-00000000000a'::UUID",
    "00000000-0000-0000-0000-00000000000a",
    "00000000-0000-0000-0000-00000000000a",
  ],
  ["mood", "'ok'::ENUM('ok', 'bad')", "ok", "ok"],
  ["day", "DATE '2024-02-29'", "2024-02-29", "2024-02-29"],
  ["old_day", "DATE '0044-03-15 (BC)'", "0044-03-15 (BC)", "0044-03-15 (BC)"],
  ["never", "'infinity'::DATE", "infinity", "infinity"],
  ["clock", "TIME '24:00:00'", "24:00:00", "24:00:00"],
  ["zoned_clock", "'12:00:00.5+05:30'::TIMETZ", "12:00:00.5+05:30", "12:00:00.5+05:30"],
  ["moment", "TIMESTAMP '1969-12-31 23:59:59.5'", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.5"],
  [
    "nanos",
    "TIMESTAMP_NS '2024-01-01 00:00:00.000000001'",
    "2024-01-01 00:00:00.000000001",
    "2024-01-01 00:00:00.000000001",
  ],
  ["zoned", "TIMESTAMPTZ '2024-01-01 00:00:00-05'", "2024-01-01 05:00:00+00", "2024-01-01 05:00:00+00"],
  [
    "span",
    "INTERVAL '-14 months 3 days 04:05:06.5'",
    "-1 year -2 months 3 days 04:05:06.5",
    "-1 year -2 months 3 days 04:05:06.5",
  ],
  ["no_span", "INTERVAL 0 DAY", "00:00:00", "00:00:00"],
  ["list", "[1::BIGINT, NULL]", ["1", null], '["1",null]'],
  ["fixed", "[1.5, 2]::DOUBLE[2]", [1.5, 2], "[1.5,2]"],
  [
    "struct",
    "{'a': DATE '2024-01-01', 'b c': [{'d': NULL::INTEGER}]}",
    { a: "2024-01-01", "b c": [{ d: null }] },
    '{"a":"2024-01-01","b c":[{"d":null}]}',
  ],
  [
    "map",
    "MAP {DATE '2024-01-01': 'x'::BLOB}",
    [{ key: "2024-01-01", value: "x" }],
    '[{"key":"2024-01-01","value":"x"}]',
  ],
  ["either", "union_value(n := 5)", { tag: "n", value: 5 }, '{"tag":"n","value":5}'],
  ["nothing", "NULL::INTEGER[]", null, "NULL"],
];

const list = (columns: typeof COLUMNS): string =>
  columns.map(([name, sql]) => `${sql} AS "${name}"`).join(", ");

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "osiris-e2e-"));
  writeFileSync(join(folder, "one.csv"), "n\n1\n");
  writeFileSync(
    join(folder, "pipeline.yaml"),
    pipeline(`  - id: one
    component: filesystem.csv_extractor
    mode: read
    config: { path: one.csv }
  - id: types
    component: duckdb.processor
    mode: transform
    config:
      query: ${JSON.stringify(`SELECT ${list(COLUMNS)} FROM one`)}
  - id: report
    component: filesystem.csv_writer
    mode: write
    config: { path: out.csv }
`),
  );
  const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml");
  if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`);
  return () => rmSync(folder, { recursive: true, force: true });
});

describe("every type is printed", () => {
  const asJson = Object.fromEntries(COLUMNS.map(([name, , json]) => [name, json]));

  test("as JSON by preview", async () => {
    const { stdout } = await osiris(folder, "preview", "types", "--json");
    expect((JSON.parse(stdout) as { rows: unknown }).rows).toEqual([asJson]);
  });

  test("as JSON by query", async () => {
    const { stdout } = await osiris(folder, "query", `SELECT ${list(COLUMNS)}`, "--json");
    expect((JSON.parse(stdout) as { rows: unknown }).rows).toEqual([asJson]);
  });

  test("in a table", async () => {
    const { stdout } = await osiris(folder, "query", `SELECT ${list(COLUMNS)}`);
    const [titles = "", rule = "", row = ""] = stdout.split("\n");
    let start = 0;
    const cells = rule.split("  ").map(({ length }) => {
      const from = start;
      start += length + 2;
      return [titles, row].map((line) => line.slice(from, from + length).trim());
    });
    expect(cells).toEqual(COLUMNS.map(([name, , , text]) => [name, text]));
  });

  test("but those without a form are named, with a way out", async () => {
    const { exitCode, stderr } = await osiris(folder, "query", "SELECT 1 AS n, {'a': 1}::VARIANT AS v");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Column "v": values of type VARIANT have no exact form in JavaScript/);
    expect(stderr).toMatch(/Cast the column in SQL, to VARCHAR for example\./);
  });
});

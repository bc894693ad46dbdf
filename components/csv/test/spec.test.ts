import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { CsvExtractorConfig, CsvWriterConfig } from "../src/index.ts";
import { PLAIN_CONFIG } from "../src/connection/describe-file.ts";
import { declaredType } from "../src/read/declared-type.ts";
import { nameColumns } from "../src/read/table-columns.ts";

function configKeys(component: string): readonly string[] {
  const spec = parse(readFileSync(join(import.meta.dirname, "..", component, "spec.yaml"), "utf8")) as {
    configSchema: { properties: Record<string, unknown> };
    paths: { base: string };
  };
  // The runtime's: paths arrive absolute.
  const base = spec.paths.base.slice(1);
  return Object.keys(spec.configSchema.properties)
    .filter((key) => key !== base)
    .toSorted();
}

// The types make these lists complete; the test makes them equal to what users can write.
const extractor: Record<keyof CsvExtractorConfig, true> = {
  path: true,
  delimiter: true,
  quote: true,
  encoding: true,
  compression: true,
  header: true,
  skip_rows: true,
  skip_blank_lines: true,
  comment: true,
  columns: true,
  limit: true,
  infer_types: true,
  parse_dates: true,
  dtype: true,
  na_values: true,
  on_bad_lines: true,
};
const writer: Record<keyof CsvWriterConfig, true> = {
  path: true,
  delimiter: true,
  header: true,
  columns: true,
  order_by: true,
  quoting: true,
  encoding: true,
  newline: true,
  compression: true,
  create_dirs: true,
};

test("the specs and the config types name the same keys", () => {
  expect(configKeys("extractor")).toEqual(Object.keys(extractor).toSorted());
  expect(configKeys("writer")).toEqual(Object.keys(writer).toSorted());
});

test("discovering reads files as a step does that sets nothing but a path", () => {
  const file = join(import.meta.dirname, "../extractor/spec.yaml");
  const { properties } = (
    parse(readFileSync(file, "utf8")) as {
      configSchema: { properties: Record<string, { default?: unknown }> };
    }
  ).configSchema;
  const defaults = Object.entries(properties).flatMap(([key, schema]) =>
    "default" in schema ? [[key, schema.default] as const] : [],
  );
  expect(PLAIN_CONFIG).toEqual(Object.fromEntries(defaults));
});

describe("what a declared type takes", () => {
  test.each([
    [
      "INTEGER",
      ["0", "-5", "+7", " 12 ", "5.0", "007"],
      ["1.5", "1e3", "1_000", "0x10", "", "a", "2147483648"],
    ],
    [
      "UHUGEINT",
      ["340282366920938463463374607431768211455"],
      ["1.1", "-1", "340282366920938463463374607431768211456"],
    ],
    [
      "DECIMAL(10,2)",
      ["1", "1.5", "-0.25", ".5", "1.2500", "+3."],
      ["1.005", "1e1", ".", "1,5", "123456789"],
    ],
    ["DECIMAL(10, 0)", ["1", "1.0", "7."], ["1.5"]],
    [
      "DATE",
      ["2024-02-29", "2024-1-1", "12024-01-01"],
      ["2024-01-01 00:00:00", "01/02/2024", "2023-02-29", "0000-01-01"],
    ],
    [
      "TIMESTAMP",
      ["2024-01-01", "2024-01-01T10:00", "2024-01-01 10:00:00.123456", "2024-01-01 10:00:00.123456000"],
      [
        "2024-01-01 10:00:00.1234567",
        "2024-01-01 10:00:00Z",
        "2024-01-01 10:00:00+02",
        "2024-01-01 24:00:00",
      ],
    ],
    ["TIMESTAMP_S", ["2024-01-01 10:00:00", "2024-01-01 10:00:00.000"], ["2024-01-01 10:00:00.5"]],
    ["TIMESTAMP_MS", ["2024-01-01 10:00:00.123"], ["2024-01-01 10:00:00.1234"]],
    ["TIMESTAMP_NS", ["2024-01-01 10:00:00.123456789"], ["2024-01-01 10:00:00.1234567891"]],
    ["TIME", ["10:00", "10:00:00.123456"], ["10:00:00.1234567", "25:00", "10:00:00+01"]],
    ["VARCHAR", ["anything", ""], []],
    ["DOUBLE", ["0.1", "1e5", "-inf", "NaN"], ["1_000.5", "1e400", "x", ""]],
    ["FLOAT", ["3.4e38"], ["3.5e38"]],
    ["BOOLEAN", ["true", "F", "1", "no"], ["on", "2", " true"]],
    ["UUID", ["918F1c23-5c0b-43ac-8156-59704471060f"], ["918f1c235c0b43ac815659704471060f"]],
    ["BLOB", [String.raw`\xAA\x00 z`], ["é", String.raw`\x`]],
    ["BIT", ["0101"], ["012", ""]],
    [
      "INTERVAL",
      ["1 year 2 months -3 days 04:05:06.789", "-00:00:00.000001"],
      ["1 fortnight", "", "00:00:00.0000001"],
    ],
    ["JSON", ['{"a": [1, null]}', "1"], ['{"a":', ""]],
  ])("%s", (type, exact, inexact) => {
    const declared = declaredType(type);
    expect(exact.filter((value) => !declared.takes(value))).toEqual([]);
    expect(inexact.filter((value) => declared.takes(value))).toEqual([]);
  });
});

test("column names never meet, and none takes a name that the file has for another", () => {
  const names = nameColumns(["a", "A", "a_2", "a", "", "column5"]).map((column) => column.name);
  expect(names).toEqual(["a", "A_3", "a_2", "a_4", "column5_2", "column5"]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { CsvExtractorConfig, CsvWriterConfig } from "../src/index.ts";
import { exactSpelling } from "../src/exact-values.ts";
import { nameColumns } from "../src/header.ts";

function configKeys(component: string): readonly string[] {
  const spec = parse(readFileSync(join(import.meta.dirname, "..", component, "spec.yaml"), "utf8")) as {
    configSchema: { properties: Record<string, unknown> };
  };
  return Object.keys(spec.configSchema.properties).toSorted();
}

// The types make these lists complete; the test makes them equal to what users can write.
const extractor: Record<keyof CsvExtractorConfig, true> = {
  path: true,
  delimiter: true,
  columns: true,
  dtype: true,
};
const writer: Record<keyof CsvWriterConfig, true> = {
  path: true,
  delimiter: true,
  header: true,
  create_dirs: true,
};

test("the specs and the config types name the same keys", () => {
  expect(configKeys("extractor")).toEqual(Object.keys(extractor).toSorted());
  expect(configKeys("writer")).toEqual(Object.keys(writer).toSorted());
});

describe("exact spellings", () => {
  const takes = (type: string, value: string): boolean =>
    new RegExp(`^(?:${exactSpelling(type) ?? ".*"})$`, "s").test(value);

  test.each([
    ["INTEGER", ["0", "-5", "+7", " 12 ", "5.0"], ["1.5", "1e3", "1_000", "0x10", "", "a"]],
    ["UHUGEINT", ["340282366920938463463374607431768211455"], ["1.1"]],
    ["DECIMAL(10,2)", ["1", "1.5", "-0.25", ".5", "1.2500", "+3."], ["1.005", "1e1", ".", "1,5"]],
    ["DECIMAL(10, 0)", ["1", "1.0", "7."], ["1.5"]],
    ["DATE", ["2024-01-31", "2024-1-1", "12024-01-01"], ["2024-01-01 00:00:00", "01/02/2024"]],
    [
      "TIMESTAMP",
      ["2024-01-01", "2024-01-01T10:00", "2024-01-01 10:00:00.123456"],
      ["2024-01-01 10:00:00.1234567", "2024-01-01 10:00:00Z", "2024-01-01 10:00:00+02"],
    ],
    [
      "TIMESTAMPTZ",
      ["2024-01-01 10:00:00+02", "2024-01-01T10:00:00Z", "2024-01-01 10:00:00.5-05:30"],
      ["2024-01-01 10:00:00"],
    ],
    ["TIME", ["10:00", "10:00:00.123456"], ["10:00:00.1234567"]],
    ["VARCHAR", ["anything", ""], []],
    ["DOUBLE", ["0.1", "1e5"], []],
  ])("%s", (type, exact, inexact) => {
    expect(exact.filter((value) => !takes(type, value))).toEqual([]);
    expect(inexact.filter((value) => takes(type, value))).toEqual([]);
  });
});

test("column names never meet, even where a numbered name is taken", () => {
  const names = nameColumns(["a", "A", "a_2", "a", "", "column5"], {}).map((column) => column.name);
  expect(names).toEqual(["a", "A_2", "a_2_2", "a_3", "column5", "column5_2"]);
});

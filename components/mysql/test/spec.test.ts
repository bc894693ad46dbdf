import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type {
  CursorConfig,
  MysqlConnection,
  MysqlExtractorConfig,
  MysqlWriterConfig,
  PartitionConfig,
} from "../src/config.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

interface Spec {
  readonly configSchema: Schema;
  readonly "x-connection-fields": readonly { readonly name: string }[];
}

const read = (file: string): string => readFileSync(join(import.meta.dirname, "..", file), "utf8");
const extractorSpec = parse(read("extractor/spec.yaml")) as Spec;
const writerSpec = parse(read("writer/spec.yaml")) as Spec;
const keysOf = (schema: Schema | undefined): readonly string[] =>
  Object.keys(schema?.properties ?? {}).toSorted();

// The types make these lists complete; the tests make them equal to what users can write.
const connection: Record<keyof MysqlConnection, true> = {
  host: true,
  port: true,
  socket: true,
  database: true,
  schema: true,
  user: true,
  password: true,
  tls: true,
  tls_ca: true,
  tls_cert: true,
  tls_key: true,
  charset: true,
  connect_timeout: true,
  idle_timeout: true,
};
const extractor: Record<keyof MysqlExtractorConfig, true> = {
  ...connection,
  table: true,
  query: true,
  columns: true,
  where: true,
  limit: true,
  offset: true,
  batch_size: true,
  partition: true,
  cursor: true,
  zero_dates: true,
  tinyint1: true,
  decoder: true,
};
const partition: Record<keyof PartitionConfig, true> = { column: true, count: true, lock: true };
const cursor: Record<keyof CursorConfig, true> = {
  column: true,
  initial: true,
  boundary: true,
  lookback: true,
  key: true,
};
const writer: Record<keyof MysqlWriterConfig, true> = {
  ...connection,
  table: true,
  mode: true,
  primary_key: true,
  order_by: true,
  create_table: true,
  replace_method: true,
  delete_missing: true,
  deleted_column: true,
  on_schema_change: true,
  on_row_error: true,
  load: true,
  batch_size: true,
  max_retries: true,
};

describe.each([
  { name: "extractor", spec: extractorSpec, config: extractor },
  { name: "writer", spec: writerSpec, config: writer },
])("the $name's spec, its config type and the README name the same", ({ name, spec, config }) => {
  test("options", () => {
    expect(keysOf(spec.configSchema)).toEqual(Object.keys(config).toSorted());
  });

  test("fields of a connection", () => {
    const fields = spec["x-connection-fields"].map((field) => field.name);
    expect(fields.toSorted()).toEqual(Object.keys(connection).toSorted());
  });

  test("options and defaults in the README", () => {
    const options = spec.configSchema.properties ?? {};
    const documented = [...tableOf("Connections"), ...tableOf(`\`mysql.${name}\``)];
    expect(documented.map(([option]) => option).toSorted()).toEqual(Object.keys(options).toSorted());
    const withDefault = documented.filter(([option]) => options[option]?.default !== undefined);
    expect(withDefault).toEqual(withDefault.map(([option]) => [option, `\`${shown(options[option])}\``]));
    const others = documented.filter((row) => !withDefault.includes(row));
    expect(others.filter(([, standard]) => standard.startsWith("`"))).toEqual([]);
  });
});

test("the extractor's nested options", () => {
  const { properties } = extractorSpec.configSchema;
  expect(keysOf(properties?.["partition"])).toEqual(Object.keys(partition).toSorted());
  expect(keysOf(properties?.["cursor"])).toEqual(Object.keys(cursor).toSorted());
});

function shown(schema: Schema | undefined): string {
  return JSON.stringify(schema?.default).replaceAll('"', "");
}

/** Options and defaults in the table of a section. */
function tableOf(section: string): readonly (readonly [option: string, standard: string])[] {
  const text = read("README.md").split(`\n## ${section}`)[1]?.split("\n## ")[0] ?? "";
  const rows = text.matchAll(/^\| `(?<option>[a-z]\w+)` +\| (?<standard>.*?) *\|/gmu);
  return [...rows].map(({ groups = {} }) => [groups["option"] ?? "", groups["standard"] ?? ""] as const);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { GraphqlConfig, GraphqlConnection, IncrementalConfig, NestedSettings } from "../src/config.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly default?: unknown;
  readonly pattern?: string;
}

const read = (file: string): string => readFileSync(join(import.meta.dirname, "..", file), "utf8");
const spec = parse(read("spec.yaml")) as {
  readonly configSchema: Schema;
  readonly "x-connection-fields": readonly (string | { readonly name: string })[];
};

const keysOf = (schema: Schema | undefined): readonly string[] =>
  Object.keys(schema?.properties ?? {}).toSorted();
const option = (name: string): Schema | undefined => spec.configSchema.properties?.[name];

// The types make these lists complete; the tests make them equal to what users can write.
const connection: Record<keyof GraphqlConnection, true> = {
  endpoint: true,
  headers: true,
  auth_type: true,
  auth_token: true,
  auth_username: true,
  auth_header_name: true,
  timeout: true,
  validate_ssl: true,
  tls_ca: true,
  tls_cert: true,
  tls_key: true,
  rate_limit: true,
  max_concurrent: true,
  schema: true,
};
const config: Record<keyof GraphqlConfig, true> = {
  ...connection,
  query: true,
  operation_name: true,
  variables: true,
  max_retries: true,
  retry_delay: true,
  max_retry_wait: true,
  max_response_mb: true,
  pagination_enabled: true,
  pagination: true,
  pagination_path: true,
  pagination_cursor_field: true,
  pagination_has_next_field: true,
  pagination_variable_name: true,
  pagination_start: true,
  pagination_key: true,
  pagination_total_path: true,
  max_pages: true,
  allow_truncated: true,
  data_path: true,
  flatten_result: true,
  flatten_separator: true,
  flatten_depth: true,
  arrays: true,
  row_key: true,
  nested: true,
  dtype: true,
  on_partial: true,
  incremental: true,
  checkpoint_seconds: true,
};
const lookup: Record<keyof NestedSettings, true> = {
  follow: true,
  field: true,
  argument: true,
  argument_type: true,
  key: true,
};
const incremental: Record<keyof IncrementalConfig, true> = {
  variable: true,
  field: true,
  initial: true,
  lookback: true,
  key: true,
};
const rateLimit: Record<keyof NonNullable<GraphqlConnection["rate_limit"]>, true> = {
  requests: true,
  per_seconds: true,
};

describe("the spec and the config type name the same", () => {
  test("options", () => {
    expect(keysOf(spec.configSchema)).toEqual(Object.keys(config).toSorted());
  });

  test("fields of a connection", () => {
    const names = spec["x-connection-fields"].map((field) =>
      typeof field === "string" ? field : field.name,
    );
    expect(names.toSorted()).toEqual(Object.keys(connection).toSorted());
  });

  test("keys inside of options", () => {
    const nested = option("nested")?.additionalProperties;
    expect(keysOf(typeof nested === "object" ? nested : undefined)).toEqual(Object.keys(lookup).toSorted());
    expect(keysOf(option("incremental"))).toEqual(Object.keys(incremental).toSorted());
    expect(keysOf(option("rate_limit"))).toEqual(Object.keys(rateLimit).toSorted());
  });
});

test("dtype takes no type that no value of JSON fits", () => {
  const type = option("dtype")?.additionalProperties;
  const pattern = new RegExp((typeof type === "object" ? type.pattern : undefined) ?? "");
  const accepts = (names: readonly string[]): readonly string[] => names.filter((name) => pattern.test(name));
  expect(accepts(["BIT", "BLOB", "BLOB[]", "DECIMAL(14,2)[]", "varchar"])).toEqual([
    "BIT",
    "DECIMAL(14,2)[]",
  ]);
});

test("the README has a row for each option, in the spec's order, with its default", () => {
  const rows = read("README.md").matchAll(/^\| `(?<name>[a-z]\w+)` +\| (?<standard>.*?) +\|/gmu);
  const documented = [...rows].map(({ groups = {} }) => [groups["name"], groups["standard"]] as const);
  const options = Object.entries(spec.configSchema.properties ?? {});
  expect(documented.map(([name]) => name)).toEqual(options.map(([name]) => name));
  const withDefault = options.filter(([, { default: value }]) => value !== undefined);
  expect(documented.filter(([name]) => withDefault.some(([key]) => key === name))).toEqual(
    withDefault.map(([name, { default: value }]) => [name, `\`${asYaml(value)}\``]),
  );
});

function asYaml(value: unknown): string {
  return typeof value === "string" && /^[A-Za-z-]+$/.test(value) ? value : JSON.stringify(value);
}

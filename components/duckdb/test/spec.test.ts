import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { DuckdbProcessorConfig } from "../src/index.ts";

// The type makes the list complete; the test makes it equal to what users can write.
const keys: Record<keyof DuckdbProcessorConfig, true> = { query: true };

test("the spec and the config type name the same keys", () => {
  const spec = parse(readFileSync(join(import.meta.dirname, "../spec.yaml"), "utf8")) as {
    configSchema: { properties: Record<string, unknown> };
  };
  expect(Object.keys(spec.configSchema.properties)).toEqual(Object.keys(keys));
});

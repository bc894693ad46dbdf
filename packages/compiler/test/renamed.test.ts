import type { ComponentSpec } from "@osiris/core";
import { expect, test } from "vitest";
import { compile, readSpec, type Finding } from "../src/index.ts";

const SPEC: ComponentSpec = {
  name: "shop.writer",
  version: "1.0.0",
  title: "For tests",
  description: "For tests.",
  modes: ["extract"],
  inputs: "none",
  "x-connection-fields": ["host"],
  renamed: { upsert_keys: "primary_key", server: "host", modus: "mode" },
  configSchema: {
    type: "object",
    additionalProperties: false,
    required: ["primary_key"],
    properties: {
      primary_key: { type: "array", description: "The columns that tell rows apart." },
      host: { type: "string" },
      mode: { type: "string" },
      deep: { type: "object", additionalProperties: false, properties: { keys: { type: "string" } } },
    },
  } as ComponentSpec["configSchema"],
  examples: [{ title: "Plain", config: { primary_key: ["id"] } }],
  "x-runtime": { driver: "./driver.js#driver" },
};

async function findings(config: string, connections?: string): Promise<readonly Finding[]> {
  const component = { spec: SPEC, package: "shop", packageVersion: "1.0.0" };
  const { findings } = await compile({
    text: `oml_version: "0.1.0"\nname: test\nsteps:\n  - id: a\n    component: shop.writer\n    mode: read\n    config:\n${config}`,
    file: "pipeline.yaml",
    components: {
      installed: new Map([[SPEC.name, component]]),
      denied: new Set(),
      loadDriver: () => Promise.resolve({ run: () => Promise.reject(new Error("nobody runs this")) }),
    },
    ...(connections === undefined ? {} : { connections: { text: connections, file: "connections.yaml" } }),
  });
  return findings;
}

test("who writes an old name reads the new one at its place, and not that the new one is missing", async () => {
  const found = await findings("      modus: append\n      upsert_keys: [id]\n");
  expect(found.map(({ code, place, hint }) => [code, place.line, place.column, hint])).toEqual([
    ["config.unknown_key", 8, 7, 'It is called "mode" here.'],
    ["config.unknown_key", 9, 7, 'It is called "primary_key" here. The columns that tell rows apart.'],
  ]);
});

test("an old name is one of the config's own keys: deeper ones have the nearest name", async () => {
  const found = await findings("      primary_key: [id]\n      deep: { upsert_keys: x }\n");
  expect(found.map(({ code, hint }) => [code, hint])).toEqual([["config.unknown_key", "There is: keys."]]);
});

test("a connection's fields have new names, too", async () => {
  const connections = "connections: { shop: { main: { server: db, host: db } } }\n";
  const found = await findings("      connection: '@shop.main'\n      primary_key: [id]\n", connections);
  expect(found.map(({ code, hint }) => [code, hint])).toEqual([
    ["connection.unknown_field", 'It is called "host" here.'],
  ]);
});

test("an old name that is a property, and a new one that is none, are mistakes of the spec", () => {
  const renamed = { mode: "primary_key", other: "nowhere" };
  const text = JSON.stringify({ ...SPEC, renamed }, null, 1);
  const line = (key: string): number => text.slice(0, text.indexOf(`"${key}"`)).split("\n").length;
  const { report } = readSpec(text, "spec.yaml");
  expect(report.findings().map(({ code, place, message }) => [code, place.line, message])).toEqual([
    ["spec.bad_pointer", line("mode"), '"mode" is a property of configSchema, and so no old name of one'],
    ["spec.bad_pointer", line("other"), '"nowhere" is not a property of configSchema'],
  ]);
});

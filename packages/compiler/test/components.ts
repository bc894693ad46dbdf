import { defineDriver, type ComponentSpec } from "@osiris/core";
import type { Components, InstalledComponent } from "../src/index.ts";

function component(
  spec: Pick<ComponentSpec, "name" | "modes" | "inputs"> & Partial<ComponentSpec>,
  packageVersion = "1.2.3",
): InstalledComponent {
  return {
    package: "osiris-driver-test",
    packageVersion,
    spec: {
      version: "1.2.3",
      title: "For tests",
      description: "For tests.",
      configSchema: { type: "object", properties: {} },
      examples: [],
      "x-runtime": { driver: "./driver.js#driver" },
      ...spec,
    },
  };
}

const source = component({ name: "test.source", modes: ["extract"], inputs: "none" });
const sink = component({
  name: "test.sink",
  modes: ["write"],
  inputs: "one",
  paths: { write: ["/path"] },
  configSchema: {
    type: "object",
    properties: { path: { type: "string" }, size: { type: "integer", default: 10 } },
    additionalProperties: false,
  } as ComponentSpec["configSchema"],
});
const sql = component({
  name: "test.sql",
  modes: ["transform"],
  inputs: "many",
  sql: "/query",
  configSchema: { type: "object", properties: { query: { type: "string" } } },
});

export const components: Components = {
  installed: new Map([source, sink, sql].map((item) => [item.spec.name, item])),
  denied: new Set(["test.denied"]),
  loadDriver: () => Promise.resolve(defineDriver({ run: () => Promise.reject(new Error("only compiled")) })),
};

/** The same components with one of them changed. */
export function withComponent(
  name: string,
  change: (component: InstalledComponent) => InstalledComponent,
): Components {
  const installed = [...components.installed].map(
    ([key, item]) => [key, key === name ? change(item) : item] as const,
  );
  return { ...components, installed: new Map(installed) };
}

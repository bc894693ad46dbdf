import { defineDriver, type ComponentSpec, type Driver } from "@osiris/core";
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

const text = { type: "string" };

const installed = [
  component({ name: "test.source", modes: ["extract"], inputs: "none" }),
  component({
    name: "test.sink",
    modes: ["write"],
    inputs: "one",
    paths: { write: ["/path"] },
    configSchema: {
      type: "object",
      properties: { path: text, size: { type: "integer", default: 10 } },
      additionalProperties: false,
    } as ComponentSpec["configSchema"],
  }),
  component({
    name: "test.sql",
    modes: ["transform"],
    inputs: "many",
    sql: "/query",
    configSchema: { type: "object", properties: { query: text } },
  }),
  /** Announces its columns, and has something to say about some. */
  component({
    name: "test.table",
    modes: ["extract"],
    inputs: "none",
    paths: { read: ["/path"], patterns: true },
    configSchema: { type: "object", properties: { columns: { type: "object" }, path: text } },
  }),
  /** Announces the columns that a file has, a line each; refuses a file that says so. */
  component({
    name: "file.typed",
    modes: ["extract"],
    inputs: "none",
    paths: { read: ["/types"] },
    "x-connection-fields": ["types"],
    configSchema: { type: "object", properties: { types: text, other: text, ask: text } },
  }),
  component({ name: "test.broken", modes: ["extract"], inputs: "none" }),
  component({
    name: "db.extractor",
    modes: ["extract"],
    inputs: "none",
    secrets: ["/password", "/headers"],
    "x-connection-fields": [
      "host",
      { name: "password", override: "forbidden" },
      { name: "port", override: "warning" },
      "headers",
    ],
    constraints: [
      {
        when: { required: ["table"] },
        must: { not: { required: ["query"] } },
        error: "write table or query, not both",
      },
    ],
    configSchema: {
      type: "object",
      required: ["host", "password"],
      additionalProperties: false,
      properties: {
        host: text,
        password: text,
        port: { type: "integer", default: 3306, minimum: 1, maximum: 65535 },
        headers: { type: "object", additionalProperties: text },
        table: text,
        query: text,
        mode: { enum: ["fast", "safe"] },
        dsn: text,
      },
    } as ComponentSpec["configSchema"],
  }),
];

const drivers: Readonly<Record<string, Partial<Driver>>> = {
  "file.typed": {
    validate: ({ ask }, files) =>
      files.text(typeof ask === "string" ? ask : "/types") === "refuse me"
        ? [{ path: "/types", message: "the file is no good" }]
        : [],
    columns: (_, files) =>
      files
        .text("/types")
        ?.split("\n")
        .map((line) => ({ name: line.split(" ")[0] ?? "", type: line.split(" ")[1] ?? "" })),
  },
  "test.table": {
    validate: ({ columns }) =>
      Object.hasOwn(columns ?? {}, "bad")
        ? [{ path: "/columns/bad", message: "a column is called bad", hint: "Be good." }]
        : [],
    columns: ({ columns }) =>
      columns === undefined
        ? undefined
        : Object.entries(columns as Record<string, string>).map(([name, type]) => ({ name, type })),
  },
};

export const components: Components = {
  installed: new Map(installed.map((item) => [item.spec.name, item])),
  denied: new Set(["test.denied"]),
  async loadDriver({ spec }) {
    if (spec.name === "test.broken") throw new Error("it cannot be loaded");
    const run: Driver["run"] = () => Promise.reject(new Error("these tests only compile"));
    return await Promise.resolve(defineDriver({ run, ...drivers[spec.name] }));
  },
};

/** The same components with one of them changed. */
export function withComponent(
  name: string,
  change: (component: InstalledComponent) => InstalledComponent,
): Components {
  const changed = [...components.installed].map(
    ([key, item]) => [key, key === name ? change(item) : item] as const,
  );
  return { ...components, installed: new Map(changed) };
}

import { defineDriver, type Column, type ComponentSpec, type Driver } from "@osiris/core";
import type { Components, InstalledComponent } from "../../src/index.ts";

type ConfigSchema = ComponentSpec["configSchema"];

function installed(spec: ComponentSpec): readonly [string, InstalledComponent] {
  return [spec.name, { spec, package: "osiris-driver-acme", packageVersion: "1.2.3" }];
}

const common = { version: "1.0.0", title: "For tests", description: "For tests.", examples: [] } as const;

const reader: ComponentSpec = {
  ...common,
  name: "acme.reader",
  modes: ["extract"],
  inputs: "none",
  summary: "reads {path}",
  paths: { read: ["/path"] },
  hosts: ["/host", "/url"],
  secrets: ["/password", "/auth/key"],
  "x-connection-fields": [
    "host",
    "url",
    "dsn",
    { name: "password", override: "forbidden" },
    { name: "port", override: "warning" },
  ],
  constraints: [
    {
      when: { required: ["from"] },
      must: { required: ["to"] },
      error: "from needs to",
    },
  ],
  configSchema: {
    type: "object",
    additionalProperties: false,
    required: ["host", "path"],
    properties: {
      host: { type: "string", format: "hostname" },
      port: { type: "integer", minimum: 1, maximum: 65_535, default: 5432 },
      url: { type: "string" },
      dsn: { type: "string" },
      password: { type: "string" },
      path: { type: "string", minLength: 1 },
      auth: {
        type: "object",
        additionalProperties: false,
        properties: { key: { type: "string" }, kind: { enum: ["basic", "bearer"], default: "basic" } },
      },
      headers: { type: "object", additionalProperties: { type: "string" } },
      dtype: { type: "object", default: {}, additionalProperties: { type: "string" } },
      pages: { anyOf: [{ type: "integer" }, { type: "object", required: ["from"] }, { const: "all" }] },
      tags: { type: "array", uniqueItems: true, items: { type: "string", pattern: "^[a-z]+$" } },
      from: { type: "string", format: "date" },
      to: { type: "string", format: "date" },
    },
  } as ConfigSchema,
  "x-runtime": { driver: "./reader.js#reader" },
};

const sql: ComponentSpec = {
  ...common,
  name: "acme.sql",
  modes: ["transform"],
  inputs: "many",
  sql: "/query",
  configSchema: {
    type: "object",
    additionalProperties: false,
    required: ["query"],
    properties: { query: { type: "string" } },
  } as ConfigSchema,
  "x-runtime": { driver: "./sql.js#sql" },
};

const writer: ComponentSpec = {
  ...common,
  name: "acme.writer",
  modes: ["write"],
  inputs: "one",
  paths: { write: ["/path"] },
  configSchema: {
    type: "object",
    required: ["path"],
    properties: { path: { type: "string" }, header: { type: "boolean", default: true } },
  },
  "x-runtime": { driver: "./writer.js#writer" },
};

interface ReaderConfig {
  readonly dtype?: Readonly<Record<string, string>>;
  readonly path?: string;
}

const readerDriver: Driver<ReaderConfig> = defineDriver({
  run: () => Promise.reject(new Error("only compiled")),
  validate: ({ path }) =>
    path?.includes("*") === true ? [{ path: "/path", message: "names several files" }] : [],
  columns: ({ dtype = {} }): readonly Column[] | undefined => {
    const columns = Object.entries(dtype).map(([name, type]) => ({ name, type }));
    return columns.length === 0 ? undefined : columns;
  },
});

const otherDriver: Driver = defineDriver({ run: () => Promise.reject(new Error("only compiled")) });

/** Components that use everything a spec can say. */
export const components: Components = {
  installed: new Map([installed(reader), installed(sql), installed(writer)]),
  denied: new Set(["acme.denied"]),
  loadDriver: ({ spec }) => Promise.resolve(spec === reader ? (readerDriver as Driver) : otherDriver),
};

/** A pipeline that uses everything, and is right. */
export const PIPELINE = `oml_version: "0.1.0"
name: orders # who bought what
description: >-
  Orders with their customers,
  by country.
metadata: { owner: "sales team", tags: [a, b], ticket: 4711 }
params:
  region: emea
  top: { type: integer, default: 10, min: 1, max: 100, description: How many }
  since: { type: string, default: "2026-01-01", enum: ["2026-01-01", "2025-01-01"] }
  rate: { type: number, default: 1.5 }
  all: false
  db_password: "\${DB_PASSWORD}"
profiles:
  prod: { params: { region: apac, top: 50 } }
  test: {}
steps:
  - id: orders
    component: acme.reader
    mode: read
    needs: []
    config:
      connection: "@acme.main"
      path: data/\${params.region}/orders.csv
      port: "\${params.top}"
      dtype: { id: BIGINT, customer: VARCHAR, amount: "DECIMAL(12,2)", sold_on: DATE, note: JSON }
      headers: { Authorization: "Bearer \${TOKEN}", Accept: text/csv }
      pages: { from: 1 }
      tags: [x, y]
  - id: customers
    component: acme.reader
    mode: read
    description: From the shop, not from the books
    config: { host: db.example.com, password: "\${DB_PASSWORD:-}", path: customers.csv, auth: { key: "\${KEY}" } }
  - id: recent-orders
    uses: acme.sql
    mode: transform
    with:
      query: |
        -- those that count, č. 1
        WITH big AS (SELECT * FROM orders WHERE amount > \${params.rate})
        SELECT id, customer, amount * 2 AS doubled, date_trunc('month', sold_on) AS "Měsíc 📅"
        FROM big
        WHERE sold_on >= DATE '\${params.since}'
        ORDER BY amount DESC
        LIMIT \${params.top}
  - { id: by-country, component: acme.sql, mode: transform, config: { query: "SELECT c.country, count(*) AS n FROM customers AS c JOIN recent_orders AS r ON r.customer = c.id GROUP BY ALL" } }
  - id: report
    component: acme.writer
    mode: write
    needs: [recent-orders, by-country]
    input: by_country
    config: { path: "out/\${params.region}.csv", header: true }
`;

export const CONNECTIONS = `connections:
  acme:
    main: { default: true, host: db.example.com, port: 5433, password: "\${DB_PASSWORD}" }
    spare:
      host: spare.example.com
      url: "postgres://user:\${PG_PASSWORD}@spare/db"
      dsn: host=spare password=\${PG_PASSWORD}
  other:
    any: { token: "\${TOKEN}" }
`;

/** A spec.yaml that uses everything, and is right. */
export const SPEC = `name: acme.api
version: 1.2.3-beta.1
title: Acme
description: Reads from Acme.
modes: [extract, transform]
inputs: one
summary: "reads {resource} from {host}"
paths: { read: [/cert] }
hosts: [/host]
sql: /query
secrets: [/token, /headers]
x-connection-fields:
  - host
  - { name: token, override: forbidden }
constraints:
  - when: { required: [query] }
    must: { not: { required: [resource] } }
    error: Either query or resource
configSchema:
  type: object
  additionalProperties: false
  required: [host]
  properties:
    host: { type: string, minLength: 1, description: Where. }
    resource: { type: string, enum: [films, people] }
    query: { type: string }
    token: { type: string }
    cert: { type: string }
    limit: { type: integer, minimum: 1, default: 100 }
    headers: { type: object, additionalProperties: { type: string } }
    pages: { anyOf: [{ type: integer }, { type: object, properties: { from: { type: integer } } }] }
examples:
  - title: All films
    config: { host: api.example.com, resource: films, token: "\${ACME_TOKEN}", headers: { X-Key: "\${KEY}" } }
x-runtime:
  driver: ./dist/api.js#api
`;

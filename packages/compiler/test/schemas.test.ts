import { defineDriver, type ComponentSpec, type JsonSchema } from "@osiris/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { compile, connectionsSchema, pipelineSchema, type InstalledComponent } from "../src/index.ts";
import { compileSchema } from "../src/schema-check.ts";

type Config = Readonly<Record<string, unknown>>;

/** An extractor `acme.films` with this config schema. `connection` names the fields that a connection supplies. */
function installed(
  configSchema: JsonSchema,
  connection?: readonly string[],
): ReadonlyMap<string, InstalledComponent> {
  const spec: ComponentSpec = {
    name: "acme.films",
    version: "1.0.0",
    title: "Films",
    description: "Films.",
    modes: ["extract"],
    inputs: "none",
    ...(connection === undefined ? {} : { "x-connection-fields": connection }),
    configSchema: { type: "object", properties: {}, ...configSchema },
    examples: [],
    "x-runtime": { driver: "./driver.js#driver" },
  };
  // Throws for what no spec.yaml could hold.
  compileSchema(spec.configSchema);
  return new Map([["acme.films", { package: "osiris-driver-acme", packageVersion: "1.0.0", spec }]]);
}

const film = (config?: Config): Config => ({ id: "films", component: "acme.films", mode: "read", config });
const pipeline = (step: Config): Config => ({
  oml_version: "0.1.0",
  name: "p",
  params: { alias: "main", n: 5, word: "abc", long: "a word as long as it takes", no: false },
  steps: [JSON.parse(JSON.stringify(step))],
});

const matches = (schema: JsonSchema, value: unknown): boolean =>
  new Ajv2020({ strict: false }).compile(schema)(value);

async function mistakes(
  step: Config,
  components: ReadonlyMap<string, InstalledComponent>,
  connection: Config,
): Promise<readonly string[]> {
  const result = await compile({
    text: stringify(pipeline(step)),
    file: "p.yaml",
    components: {
      installed: components,
      denied: new Set(),
      loadDriver: () => Promise.resolve(defineDriver({ run: () => Promise.reject(new Error("not run")) })),
    },
    connections: { text: stringify({ connections: { acme: { main: connection } } }), file: "c.yaml" },
  });
  return result.ok ? [] : result.findings.map(({ message }) => message);
}

describe("the schema of a pipeline takes what the compiler takes:", () => {
  const integer = { type: "integer", minimum: 1 };
  const short = { type: "string", maxLength: 3, pattern: "^[a-z]+$" };
  const cases: readonly (readonly [name: string, schema: JsonSchema, config: Config | undefined])[] = [
    ["a parameter for a number", { properties: { a: integer } }, { a: "${params.n}" }],
    ["a variable for a number", { properties: { a: integer } }, { a: "${N}" }],
    ["a variable with a fallback", { properties: { a: integer } }, { a: "${N:-5}" }],
    ["a reference in a text with rules", { properties: { a: short } }, { a: "${params.word}" }],
    [
      "a reference that is shorter than its text",
      { properties: { a: { type: "string", minLength: 20 } } },
      { a: "${params.long}" },
    ],
    ["an escape", { properties: { a: short } }, { a: "$${" }],
    ["a reference among few values", { properties: { a: { enum: ["x", 5] } } }, { a: "${X}" }],
    ["a reference for a fixed value", { properties: { a: { const: true } } }, { a: "${X}" }],
    [
      "a reference inside one of few values",
      { properties: { a: { type: "object", enum: [{ b: 1 }] } } },
      { a: { b: "${X}" } },
    ],
    [
      "a reference inside a fixed value",
      { properties: { a: { type: "object", const: { b: 1 } } } },
      { a: { b: "${X}" } },
    ],
    ["a reference for a list", { properties: { a: { type: "array", minItems: 2 } } }, { a: "${X}" }],
    [
      "a reference for an object",
      { properties: { a: { type: "object", properties: { b: integer } } } },
      { a: "${X}" },
    ],
    [
      "references deep inside",
      { properties: { a: { type: "array", items: { type: "object", additionalProperties: integer } } } },
      { a: [{ b: "${X}", c: 1 }] },
    ],
    [
      "a reference where no value is right",
      { properties: { a: { type: "object", properties: { b: false } } } },
      { a: { b: "${X}" } },
    ],
    [
      "references in a list without repeats",
      { properties: { a: { type: "array", uniqueItems: true } } },
      { a: ["${X}", "${X}"] },
    ],
    [
      "a reference in a list that must hold something",
      { properties: { a: { type: "array", contains: { const: 1 } } } },
      { a: ["${X}"] },
    ],
    [
      "a reference in one of two forms",
      { properties: { a: { oneOf: [{ type: "integer" }, { type: "number" }] } } },
      { a: "${X}" },
    ],
    [
      "one of two forms, as far as it is known",
      {
        properties: {
          a: {
            type: "object",
            oneOf: [{ properties: { b: integer } }, { properties: { b: { type: "boolean" } } }],
          },
        },
      },
      { a: { b: "${X}" } },
    ],
    [
      "what might be forbidden",
      {
        properties: {
          a: { type: "object", not: { properties: { b: { type: "string" } }, required: ["b"] } },
        },
      },
      { a: { b: "${X}" } },
    ],
    [
      "a condition on what is not known",
      {
        properties: { a: { type: "boolean" }, b: integer },
        if: { properties: { a: { const: false } } },
        // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
        then: true,
        else: { properties: { b: { minimum: 9 } } },
      },
      { a: "${params.no}", b: 1 },
    ],
    [
      "a required field with a default",
      { properties: { a: { ...integer, default: 5 } }, required: ["a"] },
      {},
    ],
    ["nothing at all, where nothing is required", { properties: { a: integer } }, undefined],
    ["null where it is allowed", { properties: { a: { type: "integer", nullable: true } } }, { a: null }],
    [
      "references to definitions",
      {
        properties: { a: { $ref: "#/$defs/count" }, b: { $ref: "#/$defs/tree" } },
        $defs: {
          count: integer,
          tree: { type: "object", additionalProperties: { $ref: "#/$defs/tree" } },
        },
      },
      { a: "${X}", b: { c: { d: {} } } },
    ],
    [
      "references elsewhere",
      { properties: { a: integer, b: { $ref: "#/properties/a" }, c: { $ref: "#" } } },
      { a: 1, b: 2, c: { a: 1 } },
    ],
    [
      "definitions with a name of their own",
      {
        properties: { a: { $ref: "#/$defs/one" } },
        $defs: {
          one: {
            $id: "https://acme.example/one",
            properties: { b: { $ref: "#/$defs/two" } },
            $defs: { two: integer },
          },
        },
      },
      { a: { b: 1 } },
    ],
    [
      "names by pattern",
      {
        properties: {
          a: {
            type: "object",
            patternProperties: { "^x_": integer },
            propertyNames: { maxLength: 4 },
            additionalProperties: false,
          },
        },
      },
      { a: { x_1: 1, x_2: "${X}" } },
    ],
    [
      "items by position",
      { properties: { a: { type: "array", prefixItems: [integer], items: false, minItems: 1 } } },
      { a: [1] },
    ],
    ["a number of fields that defaults make up", { properties: { a: { default: 1 } }, minProperties: 1 }, {}],
    ["a text in a form", { properties: { a: { type: "string", format: "uri" } } }, { a: "acme:x" }],
  ];

  test.each(cases)("%s", async (_name, schema, config) => {
    const components = installed(schema);
    expect(await mistakes(film(config), components, {})).toEqual([]);
    expect(matches(pipelineSchema(components), pipeline(film(config)))).toBe(true);
  });

  const host = { type: "string" };
  const closed = {
    properties: { host, table: host },
    additionalProperties: false,
    required: ["host"],
  };
  const connected: readonly (readonly [name: string, schema: JsonSchema, config: Config | undefined])[] = [
    ["the default connection", closed, undefined],
    ["the default connection and a field", closed, { table: "t" }],
    ["a connection by name", closed, { connection: "@acme.main" }],
    ["a connection by parameter", closed, { connection: "@acme.${params.alias}" }],
    ["a field of the connection's", closed, { host: "h" }],
    [
      "one of two fields that the connection has",
      { properties: { host, url: host }, anyOf: [{ required: ["host"] }, { required: ["url"] }] },
      { connection: "@acme.main" },
    ],
    [
      "a choice of closed forms",
      {
        properties: { host },
        anyOf: [{ properties: { host }, additionalProperties: false }, { required: ["nothing"] }],
      },
      { connection: "@acme.main" },
    ],
    [
      "rules over any name",
      {
        properties: { host },
        patternProperties: { "^conn": { type: "integer" } },
        propertyNames: { maxLength: 4 },
        additionalProperties: false,
      },
      { connection: "@acme.main" },
    ],
    [
      "fields whose names have a pattern",
      { properties: { host }, patternProperties: { "^x_": host }, additionalProperties: false },
      { connection: "@acme.main", x_1: "a" },
    ],
    [
      "a rule over all fields",
      { properties: { host }, allOf: [{ additionalProperties: { maxLength: 1 } }] },
      { connection: "@acme.main" },
    ],
    [
      "a definition of the whole config",
      {
        properties: { host },
        allOf: [{ $ref: "#/$defs/whole" }],
        $defs: { whole: { properties: { host }, required: ["host"], additionalProperties: false } },
      },
      { connection: "@acme.main" },
    ],
    [
      "a field that the component calls connection, too",
      { properties: { host, connection: { type: "integer" } } },
      { connection: "@acme.main" },
    ],
  ];

  test.each(connected)("with a connection, %s", async (_name, schema, config) => {
    const components = installed(schema, ["host"]);
    expect(await mistakes(film(config), components, { host: "h" })).toEqual([]);
    expect(matches(pipelineSchema(components), pipeline(film(config)))).toBe(true);
  });

  test.each([
    ["both", { component: undefined, config: undefined, uses: "acme.films", with: { a: 1 } }],
    ["the component's", { component: undefined, uses: "acme.films" }],
    ["the config's", { config: undefined, with: { a: 1 } }],
  ])("old names: %s", async (_name, change) => {
    const components = installed({ properties: { a: integer }, required: ["a"] });
    const step = { ...film({ a: 1 }), ...change };
    expect(await mistakes(step, components, {})).toEqual([]);
    expect(matches(pipelineSchema(components), pipeline(step))).toBe(true);
  });
});

describe("the schema of a pipeline refuses", () => {
  const schema = {
    properties: {
      a: { type: "integer", minimum: 1 },
      b: { type: "object", properties: { c: { enum: ["x"] } }, additionalProperties: false, required: ["c"] },
      d: { $ref: "#/$defs/count" },
      e: { oneOf: [{ type: "integer" }, { type: "boolean" }] },
    },
    required: ["a"],
    additionalProperties: false,
    $defs: { count: { type: "integer" } },
  };

  test.each<[string, Config | undefined]>([
    ["a missing config", undefined],
    ["a missing field", {}],
    ["a wrong type", { a: "one" }],
    ["a wrong value", { a: 0 }],
    ["an unknown field", { a: 1, z: 1 }],
    ["an unknown field deeper inside", { a: 1, b: { c: "x", z: 1 } }],
    ["a missing field deeper inside", { a: 1, b: {} }],
    ["a wrong value deeper inside", { a: 1, b: { c: "y" } }],
    ["a value that its definition refuses", { a: 1, d: "one" }],
    ["a value of neither form", { a: 1, e: "one" }],
    ["a connection that is not taken", { a: 1, connection: "@acme.main" }],
  ])("%s", async (_name, config) => {
    const components = installed(schema);
    expect(await mistakes(film(config), components, {})).not.toEqual([]);
    expect(matches(pipelineSchema(components), pipeline(film(config)))).toBe(false);
  });

  test.each<[string, Config]>([
    ["a connection of another family", { connection: "@other.main" }],
    ["a connection without its family", { connection: "main" }],
    ["a connection from the environment", { connection: "${CONNECTION}" }],
    ["a missing field that no connection has", { connection: "@acme.main", a: undefined }],
    ["a missing field deeper inside, called as one of the connection's", { b: {} }],
    ["a connection deeper inside", { b: { host: "h", connection: "@acme.main" } }],
    ["a missing field in a definition", { c: {} }],
    ["a connection in a definition", { c: { host: "h", connection: "@acme.main" } }],
  ])("%s", async (_name, change) => {
    const host = { type: "string" };
    const deeper = {
      type: "object",
      properties: { host },
      required: ["host"],
      additionalProperties: false,
    };
    const components = installed(
      {
        properties: { host, a: { type: "integer" }, b: deeper, c: { $ref: "#/$defs/deeper" } },
        required: ["host", "a"],
        $defs: { deeper },
      },
      ["host"],
    );
    const step = film({ a: 1, ...change });
    expect(await mistakes(step, components, { host: "h" })).not.toEqual([]);
    expect(matches(pipelineSchema(components), pipeline(step))).toBe(false);
  });
});

test("the schema is the same whatever the order in which components are found", () => {
  const spec = (name: string): InstalledComponent[] =>
    [...installed({}, undefined).values()].map((item) => ({ ...item, spec: { ...item.spec, name } }));
  const [a, b] = [...spec("acme.a"), ...spec("zoo.b")].map((item) => [item.spec.name, item] as const);
  if (a === undefined || b === undefined) throw new Error("two components");
  for (const make of [pipelineSchema, connectionsSchema]) {
    expect(JSON.stringify(make(new Map([b, a])))).toBe(JSON.stringify(make(new Map([a, b]))));
  }
});

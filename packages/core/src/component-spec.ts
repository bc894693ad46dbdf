import type { JsonValue } from "./contract.ts";

/** What a component does to data. OML says `read`, `transform` and `write` for these three. */
export type ComponentMode = "extract" | "transform" | "write";

/** How many input tables a component takes. */
export type InputArity = "none" | "one" | "many";

/** A component as its spec.yaml describes it: {@link COMPONENT_SPEC_SCHEMA} in types. */
export interface ComponentSpec {
  /** `family.role`, such as `filesystem.csv_extractor`: what a pipeline writes as `component`. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly modes: readonly ComponentMode[];
  readonly inputs: InputArity;
  /** Which config fields are file paths: made absolute for the driver, and the only files SQL may reach. */
  readonly paths?: { readonly read?: readonly string[]; readonly write?: readonly string[] };
  /** The config field that holds a SQL query, which the compiler then checks. */
  readonly sql?: string;
  /** JSON Schema 2020-12 of the step's `config`; its defaults are filled in. */
  readonly configSchema: { readonly type: "object"; readonly properties: Readonly<Record<string, unknown>> };
  readonly examples: readonly {
    readonly title: string;
    readonly config: Readonly<Record<string, JsonValue>>;
  }[];
  readonly "x-runtime": {
    /** `<file from the package root>#<export>`. */
    readonly driver: string;
  };
}

const fieldPointer = { type: "string", pattern: "^/[^/~]+$" } as const;
const text = { type: "string", minLength: 1 } as const;

/** The JSON Schema of spec.yaml. Closed: a field that nothing reads is an error. */
export const COMPONENT_SPEC_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://osiris.dev/schema/component-spec-1.json",
  title: "Osiris component spec",
  type: "object",
  required: [
    "name",
    "version",
    "title",
    "description",
    "modes",
    "inputs",
    "configSchema",
    "examples",
    "x-runtime",
  ],
  additionalProperties: false,
  properties: {
    name: { type: "string", pattern: "^[a-z][a-z0-9_-]*\\.[a-z][a-z0-9_-]*$" },
    version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$" },
    title: text,
    description: text,
    modes: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { enum: ["extract", "transform", "write"] },
    },
    inputs: { enum: ["none", "one", "many"] },
    paths: {
      type: "object",
      additionalProperties: false,
      properties: {
        read: { type: "array", items: fieldPointer },
        write: { type: "array", items: fieldPointer },
      },
    },
    sql: fieldPointer,
    configSchema: {
      type: "object",
      required: ["type", "properties"],
      properties: { type: { const: "object" }, properties: { type: "object" } },
    },
    examples: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["title", "config"],
        additionalProperties: false,
        properties: { title: text, config: { type: "object" } },
      },
    },
    "x-runtime": {
      type: "object",
      required: ["driver"],
      additionalProperties: false,
      properties: { driver: { type: "string", pattern: "^\\./[^#]+#[A-Za-z_$][\\w$]*$" } },
    },
  },
};

import type { JsonValue } from "./contract.ts";

/** What a component does to data. OML says `read`, `transform` and `write` for these three. */
export type ComponentMode = "extract" | "transform" | "write";

/** How many input tables a component takes. */
export type InputArity = "none" | "one" | "many";

/** A JSON Schema (2020-12) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A component as its spec.yaml describes it: {@link COMPONENT_SPEC_SCHEMA} in types. */
export interface ComponentSpec {
  /** `family.role`, such as `filesystem.csv_extractor`: what a pipeline writes as `component`. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  /**
   * What a step does, in one sentence for `osiris explain`. `{field}` stands for a config value.
   * @default title
   */
  readonly summary?: string;
  readonly modes: readonly ComponentMode[];
  readonly inputs: InputArity;
  /** Which config fields are file paths: made absolute for the driver, and the only files SQL may reach. */
  readonly paths?: FilePaths;
  /** Which config fields name a server or hold its URL. `osiris explain` lists them as `host:port`. */
  readonly hosts?: readonly string[];
  /** The config field that holds a SQL query, which the compiler then checks. */
  readonly sql?: string;
  /**
   * JSON Pointers of config values, or of whole objects of them, that are secrets. A literal there is refused; the
   * driver gets a {@link Secret}.
   */
  readonly secrets?: readonly string[];
  /** The fields that a connection may supply. A component without them takes no connection. */
  readonly "x-connection-fields"?: readonly (string | ConnectionField)[];
  /** Rules over several fields, each with the text that a user reads. */
  readonly constraints?: readonly Constraint[];
  /** JSON Schema 2020-12 of the step's `config`; its defaults are filled in. */
  readonly configSchema: {
    readonly type: "object";
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  /** Names of config fields that users of other tools, or of an earlier version, may write, and what they are called here. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly examples: readonly {
    readonly title: string;
    readonly config: Readonly<Record<string, JsonValue>>;
  }[];
  readonly "x-runtime": {
    /** `<file from the package root>#<export>`. */
    readonly driver: string;
  };
}

/** The config fields that name files; each holds a path, or a list of them. */
export interface FilePaths {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  /**
   * The field that holds the folder where relative paths start. In a connection it is relative to the connections
   * file, in a step to the pipeline file.
   */
  readonly base?: string;
  /** Whether a path to read may be a glob pattern. SQL then reaches the folder that the pattern starts in. @default false */
  readonly patterns?: boolean;
}

/** A field that a connection supplies, and whether a step may set it over the connection's value. */
export interface ConnectionField {
  readonly name: string;
  /** `warning`: it may, and is told. @default "allowed" */
  readonly override?: OverridePolicy;
}

export type OverridePolicy = "allowed" | "warning" | "forbidden";

export interface Constraint {
  /** The configs that the rule is about. @default all */
  readonly when?: JsonSchema;
  /** What must hold for them. */
  readonly must: JsonSchema;
  /** What the user reads when it does not. */
  readonly error: string;
}

/** The part of a component's name before the dot: connections are grouped by it. */
export function familyOf(component: string): string {
  return component.slice(0, component.indexOf("."));
}

/** The fields that a connection may supply to a component, with their policies. */
export function connectionFields(spec: ComponentSpec): ReadonlyMap<string, OverridePolicy> {
  const fields = spec["x-connection-fields"] ?? [];
  return new Map(
    fields.map((field) =>
      typeof field === "string" ? [field, "allowed"] : [field.name, field.override ?? "allowed"],
    ),
  );
}

const fieldPointer = { type: "string", pattern: "^/[^/~]+$" } as const;
const fieldPointers = { type: "array", items: fieldPointer, uniqueItems: true } as const;
const text = { type: "string", minLength: 1 } as const;
const jsonSchema = { type: "object" } as const;

/** The JSON Schema of spec.yaml. Closed: a field that nothing reads is an error. */
export const COMPONENT_SPEC_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:osiris:schema:component-spec:1",
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
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9_-]*\\.[a-z][a-z0-9_-]*$",
      description: "family.role, such as mysql.extractor: what a pipeline writes as component.",
    },
    version: {
      type: "string",
      pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$",
      description: "The version of the component. A change of it changes manifests.",
    },
    title: { ...text, description: "A name for people." },
    description: { ...text, description: "What the component does, for components list and show." },
    summary: {
      ...text,
      description: "What a step does, in one sentence for osiris explain; {field} stands for a config value.",
    },
    modes: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { enum: ["extract", "transform", "write"] },
      description: "What the component can do: extract (OML: read), transform, write.",
    },
    inputs: { enum: ["none", "one", "many"], description: "How many tables a step takes." },
    paths: {
      type: "object",
      additionalProperties: false,
      description: "The config fields that are file paths. Nothing else on the disk can be reached by SQL.",
      properties: {
        read: fieldPointers,
        write: fieldPointers,
        base: { ...fieldPointer, description: "The field with the folder where relative paths start." },
        patterns: { type: "boolean", description: "Whether paths to read may be glob patterns." },
      },
    },
    hosts: { ...fieldPointers, description: "The config fields that name a server or hold its URL." },
    sql: { ...fieldPointer, description: "The config field that holds a SQL query over the inputs." },
    secrets: {
      type: "array",
      uniqueItems: true,
      items: { type: "string", pattern: "^(/[^/~]+)+$" },
      description: "JSON Pointers of secret values, or of objects whose values are all secret.",
    },
    "x-connection-fields": {
      type: "array",
      minItems: 1,
      description: "The config fields that a connection may supply, and whether a step may set them too.",
      items: {
        anyOf: [
          text,
          {
            type: "object",
            required: ["name"],
            additionalProperties: false,
            properties: { name: text, override: { enum: ["allowed", "warning", "forbidden"] } },
          },
        ],
      },
    },
    constraints: {
      type: "array",
      description: "Rules over several fields: when a config matches one schema, it must match another.",
      items: {
        type: "object",
        required: ["must", "error"],
        additionalProperties: false,
        properties: { when: jsonSchema, must: jsonSchema, error: text },
      },
    },
    configSchema: {
      type: "object",
      required: ["type", "properties"],
      description: "JSON Schema 2020-12 of a step's config. Defaults are filled in.",
      properties: {
        type: { const: "object" },
        properties: { type: "object", additionalProperties: { type: "object" } },
        required: { type: "array", items: { type: "string" } },
      },
    },
    renamed: {
      type: "object",
      minProperties: 1,
      additionalProperties: text,
      description: "Old names of config fields, and the new ones: who writes an old one reads the new one.",
    },
    examples: {
      type: "array",
      minItems: 1,
      description: "Configs that are valid: for components config-example.",
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
      properties: {
        driver: {
          type: "string",
          pattern: "^\\./[^#]+#[A-Za-z_$][\\w$]*$",
          description: "The driver: a file from the package root, # and the export.",
        },
      },
    },
  },
};

import type { JsonValue } from "@osiris/core";

/** The version of the pipeline format that this compiler reads. */
export const OML_VERSION = "0.1.0";

/** Pipeline names: they are parts of folder names. */
export const PIPELINE_NAME = "^[a-z0-9][a-z0-9_-]{0,62}$";

/** What OML calls a step's mode, and the mode its component must have. */
export const MODES = { read: "extract", transform: "transform", write: "write" } as const;
export type OmlMode = keyof typeof MODES;

/** A pipeline file whose shape has been checked against {@link OML_SCHEMA}. */
export interface Oml {
  readonly oml_version: string;
  readonly name: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, JsonValue>>;
  readonly params?: Readonly<Record<string, ParamDeclaration>>;
  readonly steps: readonly OmlStep[];
}

export type ParamDeclaration = ParamValue | TypedParam;
export type ParamValue = string | number | boolean;

export interface TypedParam {
  readonly type: ParamType;
  readonly description?: string;
  readonly default?: ParamValue;
  readonly enum?: readonly ParamValue[];
  readonly min?: number;
  readonly max?: number;
}

export type ParamType = "string" | "integer" | "number" | "boolean";

export interface OmlStep {
  readonly id: string;
  readonly component: string;
  readonly mode: OmlMode;
  readonly description?: string;
  readonly needs?: readonly string[];
  /** The table to read, where a component takes one input and the step has several upstream tables. */
  readonly input?: string;
  readonly config?: Readonly<Record<string, JsonValue>>;
}

const paramValue = { type: ["string", "number", "boolean"] };
const description = { type: "string" };

/** The JSON Schema of a pipeline file. The rules that need more than a schema are in the compiler. */
export const OML_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://osiris.dev/schema/oml-0.1.0.json",
  title: "Osiris pipeline",
  type: "object",
  required: ["oml_version", "name", "steps"],
  additionalProperties: false,
  properties: {
    oml_version: { const: OML_VERSION },
    name: { type: "string", pattern: PIPELINE_NAME },
    description,
    metadata: { type: "object" },
    params: {
      type: "object",
      propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" },
      additionalProperties: {
        anyOf: [
          paramValue,
          {
            type: "object",
            required: ["type"],
            additionalProperties: false,
            properties: {
              type: { enum: ["string", "integer", "number", "boolean"] },
              description,
              default: paramValue,
              enum: { type: "array", minItems: 1, items: paramValue },
              min: { type: "number" },
              max: { type: "number" },
            },
          },
        ],
      },
    },
    steps: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["id", "component", "mode"],
        additionalProperties: false,
        properties: {
          id: { type: "string" },
          component: { type: "string" },
          mode: { enum: ["read", "transform", "write"] },
          description,
          needs: { type: "array", items: { type: "string" }, uniqueItems: true },
          input: { type: "string" },
          config: { type: "object" },
        },
      },
    },
  },
};

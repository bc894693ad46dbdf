import type { JsonValue } from "@osiris/core";
import type { ObjectSchema } from "../schemas/object-schema.ts";
import { POLICY_PROPERTIES, type WrittenPolicy } from "./step-policy.ts";

/** The version of the pipeline format that this compiler reads. */
export const OML_VERSION = "0.1.0";

/** Pipeline and profile names: they are parts of folder names. */
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
  readonly profiles?: Readonly<Record<string, Profile>>;
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

/** Values for parameters, under a name: `--profile prod`. */
export interface Profile {
  readonly params?: Readonly<Record<string, ParamValue>>;
}

export interface OmlStep extends WrittenPolicy {
  readonly id: string;
  readonly component: string;
  readonly mode: OmlMode;
  readonly description?: string;
  readonly needs?: readonly string[];
  /** The table to read, where a component takes one input and the step has several upstream tables. */
  readonly input?: string;
  readonly config?: Readonly<Record<string, JsonValue>>;
}

const paramName = "^[A-Za-z_][A-Za-z0-9_]*$";
const paramValue = { type: ["string", "number", "boolean"] };
const description = { type: "string", description: "For people." };

/** The part of {@link OML_SCHEMA} that describes one step. */
export const STEP_SCHEMA: ObjectSchema = {
  type: "object",
  required: ["id", "component", "mode"],
  additionalProperties: false,
  properties: {
    id: { type: "string", description: "Names the step and its table: a-z, 0-9, _ and -." },
    component: { type: "string", description: "What does it; see osiris components list." },
    mode: { enum: ["read", "transform", "write"], description: "What the step does to data." },
    description,
    needs: {
      type: "array",
      items: { type: "string" },
      uniqueItems: true,
      description: "The steps to wait for. Default: those that the SQL reads, else the step before.",
    },
    input: { type: "string", description: "The table to read, where needs make several." },
    config: { type: "object", description: "The component's settings." },
    ...POLICY_PROPERTIES,
  },
};

/** The JSON Schema of a pipeline file. The rules that need more than a schema are in the compiler. */
export const OML_SCHEMA: ObjectSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `urn:osiris:schema:oml:${OML_VERSION}`,
  title: "Osiris pipeline",
  type: "object",
  required: ["oml_version", "name", "steps"],
  additionalProperties: false,
  properties: {
    oml_version: { const: OML_VERSION, description: "The version of this format." },
    name: {
      type: "string",
      pattern: PIPELINE_NAME,
      description: "Names the pipeline's runs: a-z, 0-9, _ and -.",
    },
    description: { type: "string", description: "What the pipeline is for; kept in the manifest." },
    metadata: { type: "object", description: "Anything; kept in the manifest." },
    params: {
      type: "object",
      description: "Parameters: ${params.<name>} in any config. A bare value declares its type and default.",
      propertyNames: { pattern: paramName },
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
              default: { ...paramValue, description: "Without one, the parameter must be given." },
              enum: { type: "array", minItems: 1, items: paramValue, description: "The values allowed." },
              min: { type: "number", description: "The smallest number allowed." },
              max: { type: "number", description: "The largest number allowed." },
            },
          },
        ],
      },
    },
    profiles: {
      type: "object",
      description: "Values for parameters under a name, chosen with --profile.",
      propertyNames: { pattern: PIPELINE_NAME },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: {
          params: {
            type: "object",
            propertyNames: { pattern: paramName },
            additionalProperties: paramValue,
          },
        },
      },
    },
    steps: {
      type: "array",
      minItems: 1,
      description: "What to do. Steps that do not wait for each other run at the same time.",
      items: STEP_SCHEMA,
    },
  },
};

/** Keys of other tools and of older formats, and what to write instead. */
export const OML_KEY_HINTS: Readonly<Record<string, string>> = {
  version: 'Write oml_version: "0.1.0".',
  tasks: "Write steps.",
  pipeline: "Write steps.",
  connectors: "Connections stand in osiris_connections.yaml.",
  connections: "Connections stand in osiris_connections.yaml.",
  outputs: "Add a step with mode: write.",
  schedule: "Osiris runs when it is called; let cron or your orchestrator call it.",
  depends_on: "Write needs.",
  inputs: "Write needs, and input where several tables could be meant.",
  type: "Write component and mode.",
  options: "Write config.",
  params: "Write config; params are declared once, beside steps.",
  retries: "Write retry: { attempts: 3 }.",
  on_error: "Write retry; a step that fails in the end fails the run.",
};

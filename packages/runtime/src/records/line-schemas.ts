import type { JsonSchema } from "@osiris/core";
import { EVENT_ENTRIES, type EventEntry } from "./event-table.ts";
import { METRIC_ENTRIES } from "./metric-table.ts";
import { RECORD_NAME, SHARED_DEFS, TIME } from "./shared-schemas.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";
const STEP_ID: JsonSchema = { type: "string", description: "The step that the line is about." };
const ATTEMPT: JsonSchema = {
  type: "integer",
  minimum: 1,
  description: "Which attempt at the step a line of a driver is about, from the second on.",
};
const NAME: JsonSchema = { type: "string", pattern: RECORD_NAME.source };

/** What lines begin with: drivers may not set these fields. */
export const LINE_FIELDS: readonly string[] = ["ts", "run_id", "event", "step_id", "attempt"];

/** A line of events.jsonl. Events that the table does not know are a driver's own, with whatever fields it gives. */
export const EVENT_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: "urn:osiris:schema:event:1",
  title: "A line of events.jsonl",
  type: "object",
  required: ["ts", "run_id", "event"],
  properties: {
    ts: TIME,
    run_id: { $ref: "#/$defs/run_id" },
    event: { ...NAME, description: "What happened." },
    step_id: STEP_ID,
    attempt: ATTEMPT,
  },
  allOf: [...EVENT_ENTRIES].map(([name, entry]) => ({
    if: isEvent({ not: { const: name } }),
    else: fieldsSchema(entry),
  })),
  if: isEvent({ enum: [...EVENT_ENTRIES.keys()] }),
  else: { required: ["step_id"] },
  $defs: SHARED_DEFS,
};

function isEvent(event: JsonSchema): JsonSchema {
  return { properties: { event } };
}

function fieldsSchema({ about, scope, fields, optional = [], drivers, ...entry }: EventEntry): JsonSchema {
  const error = entry.extends === undefined ? {} : (SHARED_DEFS[entry.extends] ?? {});
  const required = [
    ...(scope === "step" ? ["step_id"] : []),
    ...Object.keys(fields).filter((field) => !optional.includes(field)),
    ...((error["required"] as readonly string[] | undefined) ?? []),
  ];
  const own = { ...fields, ...(error["properties"] as object | undefined) };
  const common = LINE_FIELDS.filter((field) => scope !== "run" || !["step_id", "attempt"].includes(field));
  return {
    description: about,
    required,
    properties: {
      ...Object.fromEntries(common.filter((field) => !(field in own)).map((field) => [field, {}])),
      ...own,
    },
    ...(drivers === undefined ? { additionalProperties: false } : {}),
  };
}

/** The fields of an event that drivers may write too, as a schema; undefined for all others. */
export function sharedEventSchema(name: string): JsonSchema | undefined {
  const entry = EVENT_ENTRIES.get(name);
  if (entry?.drivers !== "may write") return undefined;
  const { fields, about } = entry;
  return { title: about, type: "object", required: Object.keys(fields), properties: fields };
}

/** A line of metrics.jsonl. */
export const METRIC_SCHEMA: JsonSchema = {
  $schema: DRAFT,
  $id: "urn:osiris:schema:metric:1",
  title: "A line of metrics.jsonl",
  type: "object",
  additionalProperties: false,
  required: ["ts", "run_id", "step_id", "metric", "value"],
  properties: {
    ts: TIME,
    run_id: { $ref: "#/$defs/run_id" },
    step_id: STEP_ID,
    attempt: ATTEMPT,
    metric: {
      ...NAME,
      description: "What was measured; names that the table does not know are a driver's own.",
    },
    value: { type: "number" },
    unit: { type: "string", minLength: 1 },
  },
  allOf: [...METRIC_ENTRIES].map(([name, { about, unit }]) => ({
    if: { properties: { metric: { not: { const: name } } } },
    else: {
      description: about,
      required: ["unit"],
      properties: { unit: { const: unit }, value: { minimum: 0 } },
    },
  })),
  $defs: { run_id: SHARED_DEFS["run_id"] },
};

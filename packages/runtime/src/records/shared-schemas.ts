import type { JsonSchema } from "@osiris/core";

/** A run's id: sorts by start time to the millisecond, and is its folder's name. */
export const RUN_ID_PATTERN = "^\\d{8}T\\d{9}Z-[0-9a-f]{6}$";
/** What drivers may call their events and metrics. */
export const RECORD_NAME: RegExp = /^[a-z][a-z0-9_.]*$/;

/** A moment in UTC, to the millisecond. */
export const TIME: JsonSchema = {
  type: "string",
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
  description: "A moment in UTC, as ISO 8601.",
};

const COUNT: JsonSchema = { type: "integer", minimum: 0 };
const POSITION: JsonSchema = { type: "integer", minimum: 1 };

/** Definitions that several records share. `TypeOf` knows their types. */
export const SHARED_DEFS: Readonly<Record<string, JsonSchema>> = {
  run_id: { type: "string", pattern: RUN_ID_PATTERN },
  fingerprint: { type: "string", pattern: "^sha256:[0-9a-f]{64}$" },
  count: COUNT,
  column: {
    type: "object",
    additionalProperties: false,
    required: ["name", "type"],
    properties: { name: { type: "string" }, type: { type: "string", description: "As DuckDB spells it." } },
  },
  error: {
    type: "object",
    additionalProperties: false,
    required: ["code", "category", "message", "retryable"],
    properties: {
      code: { type: "string", minLength: 1, description: "Stable; scripts may branch on it." },
      category: { enum: ["usage", "data", "external", "resource", "cancelled", "internal"] },
      message: { type: "string" },
      hint: { type: "string", description: "What to do next." },
      retryable: { type: "boolean", description: "Whether the same may succeed later without a change." },
      place: {
        type: "object",
        description: "Where SQL has failed.",
        additionalProperties: false,
        required: ["line", "column", "excerpt"],
        properties: {
          file: { type: "string", description: "Without it, lines are those of the SQL." },
          line: POSITION,
          column: POSITION,
          excerpt: {
            type: "object",
            additionalProperties: false,
            required: ["text", "column"],
            properties: { text: { type: "string" }, column: POSITION },
          },
        },
      },
    },
  },
};

import type { JsonSchema } from "@osiris/core";
import type { ObjectOf } from "./schema-type.ts";
import type { RecordedError } from "../run/run-record.ts";

/** What an event is about: the run as a whole, one of its steps, or either. */
export type EventScope = "run" | "step" | "any";

/** What the table says of an event. */
export interface EventEntry {
  /** One sentence: when it is written. */
  readonly about: string;
  readonly scope: EventScope;
  readonly fields: Readonly<Record<string, JsonSchema>>;
  /** The fields that may be missing. @default none */
  readonly optional?: readonly string[];
  /** Its fields are those of an error, too. */
  readonly extends?: "error";
  /** Drivers may write it as well, in the same shape, or add fields of their own to it. */
  readonly drivers?: "may write" | "may add fields";
}

/**
 * Every event that Osiris writes. The types of {@link RunLog.event}, the JSON Schema (`osiris schema event`) and the page
 * docs/reference/records.md follow from it. A name or a field here is a promise to those who read logs.
 */
export const EVENTS = {
  run_start: {
    about: "The run has its folder and its first record.",
    scope: "run",
    fields: {
      format: { const: 1, description: "The version of the format of events, metrics and run.json." },
      pipeline: { type: "string", description: "The pipeline's name." },
      manifest: { $ref: "#/$defs/fingerprint" },
      profile: { type: "string", description: "The profile that it was compiled with." },
    },
    optional: ["profile"],
  },
  run_resumed: {
    about: "The run goes on where an earlier attempt at it has ended.",
    scope: "run",
    fields: { from_status: { type: "string", description: "How the earlier attempt ended." } },
  },
  nothing_to_resume: {
    about: "A run was to be resumed, and there was none that had not finished: this is a new one.",
    scope: "run",
    fields: {},
  },
  database_initialized: {
    about: "The run database is open, and steps may start.",
    scope: "run",
    fields: { file: { type: "string", description: "Its name in the run folder." } },
  },
  step_start: {
    about: "A step begins.",
    scope: "step",
    fields: {
      component: { type: "string" },
      driver: { type: "string", description: "The package that the component comes from." },
    },
  },
  inputs_resolved: {
    about: "It is known which tables the step reads.",
    scope: "step",
    fields: {
      tables: {
        type: "array",
        items: {
          type: "object",
          required: ["table", "rows"],
          properties: { table: { type: "string" }, rows: { $ref: "#/$defs/count" } },
        },
      },
    },
  },
  connection_resolved: {
    about: "The step takes fields from a connection. Values are never told.",
    scope: "step",
    fields: { family: { type: "string" }, alias: { type: "string" } },
  },
  log: {
    about: "A driver says something for people, with fields of its own.",
    scope: "step",
    fields: {
      level: { enum: ["debug", "info", "warn", "error"] },
      message: { type: "string" },
    },
    drivers: "may add fields",
  },
  schema: {
    about: "A driver tells which columns and types it has decided on for a table, and why.",
    scope: "step",
    fields: {
      table: { type: "string" },
      columns: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "type", "reason"],
          properties: {
            name: { type: "string" },
            type: { type: "string", description: "As DuckDB spells it." },
            reason: { type: "string", description: "Why the type was chosen, in words." },
            source_name: { type: "string", description: "Its name in the source, where that is another." },
          },
        },
      },
    },
    drivers: "may write",
  },
  checkpoint: {
    about: "The rows so far and the place in the source are safe: a resumed run goes on from here.",
    scope: "step",
    fields: { rows: { $ref: "#/$defs/count", description: "Those of all tables of the step." } },
  },
  step_resumed: {
    about: "The step goes on after its last checkpoint.",
    scope: "step",
    fields: {
      tables: {
        type: "array",
        description: "Whose rows up to there were kept.",
        items: {
          type: "object",
          required: ["table", "rows"],
          properties: { table: { type: "string" }, rows: { $ref: "#/$defs/count" } },
        },
      },
    },
  },
  step_retry: {
    about: "An attempt has failed with an error that may pass, and another follows.",
    scope: "step",
    fields: {
      attempt: { type: "integer", minimum: 1, description: "The one that has failed." },
      delay_ms: { $ref: "#/$defs/count", description: "How long the next one waits." },
      error: { $ref: "#/$defs/error" },
    },
  },
  step_reused: {
    about: "The step did not run: the tables of the run that is resumed were taken.",
    scope: "step",
    fields: { rows_out: { $ref: "#/$defs/count" } },
  },
  step_not_reused: {
    about: "The run is resumed, and this step runs anew.",
    scope: "step",
    fields: { reason: { type: "string", description: "Why its tables could not be taken." } },
  },
  table_published: {
    about: "A table of the step is complete, and others may read it.",
    scope: "step",
    fields: {
      table: { type: "string" },
      rows: { $ref: "#/$defs/count" },
      columns: { type: "array", items: { $ref: "#/$defs/column" } },
    },
  },
  step_complete: {
    about: "The step has succeeded.",
    scope: "step",
    fields: {
      rows_in: { $ref: "#/$defs/count" },
      rows_out: { $ref: "#/$defs/count" },
      rejected: { $ref: "#/$defs/count" },
      superseded: { $ref: "#/$defs/count" },
      attempts: { $ref: "#/$defs/count" },
      duration_ms: { $ref: "#/$defs/count" },
    },
  },
  step_failed: {
    about: "The step has failed, and no further attempt is made.",
    scope: "step",
    fields: {},
    extends: "error",
  },
  step_cancelled: {
    about: "The step was stopped because the run was.",
    scope: "step",
    fields: {},
    extends: "error",
  },
  staging_not_dropped: {
    about:
      "What a step had staged could not be removed after its failure; it takes room until the run is cleaned.",
    scope: "step",
    fields: { message: { type: "string" } },
  },
  table_dropped: {
    about: "A published table was removed.",
    scope: "any",
    fields: { table: { type: "string" }, reason: { type: "string" } },
  },
  state_committed: {
    about: "The pipeline's state was replaced.",
    scope: "run",
    fields: {
      version: { type: "integer", minimum: 1 },
      steps: { type: "array", items: { type: "string" }, description: "Whose state is another now." },
    },
  },
  run_complete: {
    about: "The run has ended, well or not. A killed run has no such line.",
    scope: "run",
    fields: {
      status: { enum: ["succeeded", "failed", "cancelled"] },
      duration_ms: { $ref: "#/$defs/count" },
      error: { $ref: "#/$defs/error" },
    },
    optional: ["error"],
  },
} as const;

/** An event that Osiris writes. */
export type EventName = keyof typeof EVENTS;

type Entry<N extends EventName> = (typeof EVENTS)[N];
type OptionalOf<E> = E extends { readonly optional: readonly (infer O)[] } ? O : never;

/** The fields of an event, beside those that all lines have. */
export type FieldsOf<N extends EventName> = ObjectOf<
  Entry<N>["fields"],
  Exclude<keyof Entry<N>["fields"], OptionalOf<Entry<N>>>
> &
  (Entry<N> extends { readonly extends: "error" } ? RecordedError : unknown);

/** The events that say nothing of a single step; the others come with its id. */
export type RunEventName = { [N in EventName]: Entry<N>["scope"] extends "step" ? never : N }[EventName];
export type StepEventName = { [N in EventName]: Entry<N>["scope"] extends "run" ? never : N }[EventName];

/** Entries by name, for those who walk the table or look up what a driver names. */
export const EVENT_ENTRIES: ReadonlyMap<string, EventEntry> = new Map<string, EventEntry>(
  Object.entries(EVENTS),
);

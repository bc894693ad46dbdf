import type { JsonSchema } from "@osiris/core";
import { SHARED_DEFS, TIME } from "./shared-schemas.ts";

/** The version of the format of run.json, events.jsonl and metrics.jsonl. It changes when readers of them break. */
export const RECORD_FORMAT = 1;

const COUNT = { $ref: "#/$defs/count" };

const STEP: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: [
    "id",
    "component",
    "status",
    "rows_in",
    "rows_out",
    "rejected",
    "superseded",
    "attempts",
    "duration_ms",
    "tables",
    "files",
  ],
  properties: {
    id: { type: "string", description: "The step's id." },
    component: { type: "string", description: "What the step runs." },
    status: { enum: ["running", "succeeded", "failed", "cancelled", "not_run"] },
    rows_in: { ...COUNT, description: "Rows of all input tables." },
    rows_out: { ...COUNT, description: "Rows of the tables made, or rows the destination confirmed." },
    rejected: { ...COUNT, description: "Rows left out, in <step>__rejects." },
    superseded: { ...COUNT, description: "Rows that a later row with the same key has replaced." },
    attempts: { ...COUNT, description: "How often the step was tried." },
    reused: { type: "boolean", description: "Whether the tables of the run that was resumed were taken." },
    not_reused: { type: "string", description: "Why they were not." },
    duration_ms: { ...COUNT, description: "From its start to its end, in all attempts." },
    tables: {
      type: "array",
      description: "What it has published: name, rows and columns of each table.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "rows", "columns"],
        properties: {
          name: { type: "string" },
          rows: COUNT,
          columns: { type: "array", items: { $ref: "#/$defs/column" } },
        },
      },
    },
    files: { type: "array", items: { type: "string" }, description: "Absolute paths of the files written." },
    error: { $ref: "#/$defs/error", description: "Why it has not succeeded." },
  },
};

/** run.json, and what `osiris run --json` prints. */
export const RUN_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:osiris:schema:run:1",
  title: "A run's record (run.json)",
  type: "object",
  additionalProperties: false,
  required: [
    "format",
    "run_id",
    "pipeline",
    "manifest",
    "status",
    "run_dir",
    "started_at",
    "updated_at",
    "duration_ms",
    "process",
    "resumes",
    "steps",
  ],
  properties: {
    format: { const: RECORD_FORMAT, description: "The version of this format." },
    run_id: { $ref: "#/$defs/run_id", description: "The run, and its folder's name." },
    pipeline: { type: "string", description: "The pipeline's name." },
    manifest: { $ref: "#/$defs/fingerprint", description: "The fingerprint of what ran." },
    profile: { type: "string", description: "The profile that it was compiled with." },
    status: {
      enum: ["running", "succeeded", "failed", "cancelled"],
      description: "A record that says running, of a process that is gone, is that of a killed run.",
    },
    run_dir: { type: "string", description: "The run folder when the run began." },
    started_at: { ...TIME, description: "In UTC, as ISO 8601." },
    updated_at: {
      ...TIME,
      description:
        "When the run ended; of one that goes on, or was killed: when the record was written last.",
    },
    duration_ms: {
      ...COUNT,
      description:
        "From start to end, without the time between a run and its resuming; of a run that goes on, or was killed: up to the record's last writing.",
    },
    process: {
      type: "object",
      description: "Whose run it is: the process's id, and its machine.",
      additionalProperties: false,
      required: ["pid", "host"],
      properties: {
        pid: { type: "integer" },
        host: { type: "string" },
        started: { type: "string", description: "When it was started; good for nothing but comparing." },
      },
    },
    resumes: { ...COUNT, description: "How often the run was resumed." },
    to: { type: "string", description: "The last step that was asked for; absent when all were." },
    steps: { type: "array", items: STEP, description: "In the manifest's order." },
    error: { $ref: "#/$defs/error", description: "What failed beside steps." },
  },
  $defs: SHARED_DEFS,
};

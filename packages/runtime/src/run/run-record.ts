import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { toOsirisError, type Column } from "@osiris/core";
import type { RunStatus } from "../choices.ts";
import { RECORD_FORMAT } from "../records/run-schema.ts";
import { replaceFile } from "../replace-file.ts";
import { isGone, type ProcessIdentity } from "./process-identity.ts";
import type { SqlPlace } from "./sql-place.ts";

const RECORD_FILE = "run.json";

export type StepStatus = "running" | "succeeded" | "failed" | "cancelled" | "not_run";

export interface RecordedError {
  readonly code: string;
  readonly category: string;
  readonly message: string;
  readonly hint?: string;
  readonly retryable: boolean;
  /** For SQL that failed. */
  readonly place?: SqlPlace;
}

export interface RecordedTable {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

export interface StepRecord {
  readonly id: string;
  readonly component: string;
  readonly status: StepStatus;
  /** Rows of all input tables. */
  readonly rows_in: number;
  /** Rows of the tables made, or rows the destination confirmed. */
  readonly rows_out: number;
  /** Rows left out, in `<step>__rejects`. */
  readonly rejected: number;
  /** Rows that gave way to a later one with the same key. */
  readonly superseded: number;
  /** How often it was tried; 0 when it was not run. */
  readonly attempts: number;
  readonly duration_ms: number;
  /** In a run that was resumed: true when it was done already, and was not run again. */
  readonly reused?: boolean;
  /** Why it was run again, in plain words. */
  readonly not_reused?: string;
  readonly tables: readonly RecordedTable[];
  /** Absolute paths of the files written. */
  readonly files: readonly string[];
  readonly error?: RecordedError;
}

/** run.json: what a run was and what came of it. Written when it starts and again when it ends. */
export interface RunRecord {
  readonly format: typeof RECORD_FORMAT;
  readonly run_id: string;
  readonly pipeline: string;
  readonly manifest: string;
  /** The profile that it was compiled with. */
  readonly profile?: string;
  readonly status: RunStatus;
  readonly run_dir: string;
  readonly started_at: string;
  /** When the run ended; of one that goes on, or was killed, when this was written. */
  readonly updated_at: string;
  readonly duration_ms: number;
  readonly process: ProcessIdentity;
  /** How often the run was resumed. */
  readonly resumes: number;
  /** The last step that was asked for; absent when all were. */
  readonly to?: string;
  readonly steps: readonly StepRecord[];
  readonly error?: RecordedError;
}

/** Replaces the record in one step, so that a reader never sees half of it. */
export function writeRunRecord(record: RunRecord): void {
  const file = join(record.run_dir, RECORD_FILE);
  try {
    replaceFile(file, `${JSON.stringify(record, null, 2)}\n`);
  } catch (error) {
    throw toOsirisError(error, `The record of the run, ${file}, cannot be written`);
  }
}

/** A run folder whose record tells nothing, and why. */
export interface UnreadableRun {
  readonly run_id: string;
  readonly status: "unreadable";
  readonly run_dir: string;
  readonly error: { readonly code: "runs.unreadable"; readonly message: string };
}

/** The record of a run folder; undefined when it cannot be read. A dead process's run is `killed`. */
export function readRunRecord(folder: string): RunRecord | undefined {
  const run = readRun(folder);
  return run.status === "unreadable" ? undefined : run;
}

/** The record of a run folder, or why it cannot be read: one torn folder must not hide the other runs, nor itself. */
export function readRun(folder: string): RunRecord | UnreadableRun {
  const unreadable = (message: string): UnreadableRun => {
    const error = { code: "runs.unreadable", message } as const;
    return { run_id: basename(folder), status: "unreadable", run_dir: folder, error };
  };
  let record: unknown;
  try {
    record = JSON.parse(readFileSync(join(folder, RECORD_FILE), "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return unreadable(isMissing ? `It has no ${RECORD_FILE}` : `${RECORD_FILE}: ${(error as Error).message}`);
  }
  if (!isRunRecord(record)) return unreadable(`${RECORD_FILE} is not the record of a run`);
  if (record.format !== RECORD_FORMAT) {
    return unreadable(`${RECORD_FILE} is of a format that this Osiris does not read`);
  }
  const moved = { ...record, run_dir: folder };
  return moved.status === "running" && isGone(moved.process) ? { ...moved, status: "killed" } : moved;
}

function isRunRecord(value: unknown): value is RunRecord {
  const record = value as Partial<Omit<RunRecord, "format">> | null;
  return (
    typeof record?.run_id === "string" &&
    typeof record.pipeline === "string" &&
    typeof record.status === "string" &&
    typeof record.process?.pid === "number" &&
    Array.isArray(record.steps) &&
    record.steps.every((step) => typeof (step as StepRecord | null)?.status === "string")
  );
}

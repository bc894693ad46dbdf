import type { ManifestStep } from "@osiris/compiler";
import { isOsirisError, OsirisError, toOsirisError, type JsonValue } from "@osiris/core";
import { findComponent } from "../discovery/find-component.ts";
import { stepIdentity, type StepReceipt } from "./receipt.ts";
import { recordedError } from "./recorded-error.ts";
import { withRetries, type FailedAttempt } from "./retry.ts";
import type { RunLog } from "./run-log.ts";
import type { RecordedTable, StepRecord } from "./run-record.ts";
import type { RunScope } from "./run-scope.ts";
import { placeOfSql, type SqlPlace } from "./sql-place.ts";
import { attemptStep, type StepOutcome } from "./step-attempt.ts";
import { inputsOf, rejectsTable, rowsOf } from "./step-inputs.ts";
import { limitStep, type StepLimit } from "./step-limit.ts";

/** How a step ended. */
export interface StepEnd {
  readonly record: StepRecord;
  /** What it returned for the next run; undefined: its state stays. */
  readonly state?: JsonValue;
}

/** Runs one step to its end: all its attempts, its timeout. Never throws; a failure is in the record. */
export async function executeStep(
  step: ManifestStep,
  state: JsonValue | undefined,
  run: RunScope,
): Promise<StepEnd> {
  const started = performance.now();
  const inputs = inputsOf(step, run.published);
  let attempts = 0;
  const counts = (): Pick<StepReceipt, "rows_in" | "duration_ms" | "attempts"> => ({
    rows_in: rowsOf(inputs),
    duration_ms: Math.round(performance.now() - started),
    attempts,
  });
  const { log, redactor } = run;
  const identity = stepIdentity(step, run, state);
  const receipt = ({ rows, ...outcome }: StepOutcome): JsonValue => {
    const kept: StepReceipt = { ...identity, ...counts(), ...outcome, rows_out: rows };
    return kept as unknown as JsonValue;
  };
  using limit = limitStep(step, run.signal);
  log.event("step_start", { component: step.component, driver: step.driver.package }, step.id);
  log.event(
    "inputs_resolved",
    { tables: inputs.tables.map(({ table, rows }) => ({ table, rows })) },
    step.id,
  );
  try {
    const outcome = await withRetries(
      step.retry,
      limit.signal,
      isRetryable,
      (failed) => reportRetry(failed, step, run),
      (attempt) => {
        attempts = attempt;
        return attemptStep(
          { step, attempt, inputs, state, limit, identity: JSON.stringify(identity), receipt },
          run,
        );
      },
    );
    const { rows: rows_out, rejected, superseded, tables, files, state: next } = outcome;
    const done = { ...counts(), rows_out, rejected, superseded, tables, files };
    const record: StepRecord = { id: step.id, component: step.component, status: "succeeded", ...done };
    reportSuccess(record, log);
    return { record, ...(next === undefined ? {} : { state: next }) };
  } catch (caught) {
    const error = failureOf(caught, step, limit, run);
    const status = run.signal.aborted ? "cancelled" : "failed";
    const rejects = await rejectsOf(step, run);
    const failed = recordedError(error, redactor, sqlPlace(error, step, run));
    const record: StepRecord = {
      id: step.id,
      component: step.component,
      status,
      ...counts(),
      rows_out: 0,
      rejected: rejects[0]?.rows ?? 0,
      superseded: 0,
      tables: rejects,
      files: [],
      error: failed,
    };
    log.event(status === "cancelled" ? "step_cancelled" : "step_failed", failed, step.id);
    return { record };
  }
}

function isRetryable(error: unknown): boolean {
  return isOsirisError(error) && error.retryable;
}

function reportRetry({ attempt, delayMs, error }: FailedAttempt, step: ManifestStep, run: RunScope): void {
  const failed = toOsirisError(error, `Step "${step.id}" (${step.component})`);
  const recorded = recordedError(failed, run.redactor, sqlPlace(failed, step, run));
  run.log.event("step_retry", { attempt, delay_ms: delayMs, error: recorded }, step.id);
}

/** Whatever fails once a step was told to stop fails because of that. */
function failureOf(caught: unknown, step: ManifestStep, limit: StepLimit, { signal }: RunScope): OsirisError {
  if (isOsirisError(caught) && caught.code === "driver.ignored_cancel") return caught;
  if (isStop(caught, limit.signal)) return limit.timeout ?? cancelled(caught);
  const error = toOsirisError(caught, `Step "${step.id}" (${step.component})`);
  return error.code === "run.cancelled" && !signal.aborted && limit.timeout !== undefined
    ? limit.timeout
    : error;
}

/** What everything that was given the signal fails with when it is aborted. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"))
  );
}

function cancelled(cause: unknown): OsirisError {
  return new OsirisError({
    code: "run.cancelled",
    category: "cancelled",
    message: "The run was cancelled.",
    cause,
  });
}

/** What a step that failed had rejected until then: it may be why. */
async function rejectsOf(step: ManifestStep, { database }: RunScope): Promise<readonly RecordedTable[]> {
  const name = rejectsTable(step);
  if (!(await database.tables()).includes(name)) return [];
  return [{ name, ...(await database.describe(name)) }];
}

function sqlPlace({ sql }: OsirisError, step: ManifestStep, run: RunScope): SqlPlace | undefined {
  // Drivers in JavaScript put anything there.
  if (typeof sql?.text !== "string") return undefined;
  // Of a line that is cut a part of a secret could stay, which nobody would know again.
  if (run.redactor.text(sql.text) !== sql.text) return undefined;
  const query = run.configs.query(step, findComponent(step, run.catalog));
  return placeOfSql(sql, query, (offset) => run.placeInFile?.(step.id, offset));
}

function reportSuccess(done: StepRecord, log: RunLog): void {
  const { id, rows_in, rows_out, rejected, superseded, attempts, duration_ms } = done;
  log.metric("rows_in", rows_in, id);
  log.metric("rows_out", rows_out, id);
  if (rejected > 0) log.metric("rows_rejected", rejected, id);
  if (superseded > 0) log.metric("rows_superseded", superseded, id);
  log.metric("duration_ms", duration_ms, id);
  for (const { name, rows, columns } of done.tables) {
    log.event(
      "table_published",
      { table: name, rows, columns: columns.map((column) => ({ name: column.name, type: column.type })) },
      id,
    );
  }
  log.event("step_complete", { rows_in, rows_out, rejected, superseded, attempts, duration_ms }, id);
}

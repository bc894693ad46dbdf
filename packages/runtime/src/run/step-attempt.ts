import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ManifestStep } from "@osiris/compiler";
import { toOsirisError, type Inputs, type JsonValue, type StepResult } from "@osiris/core";
import { findComponent } from "../discovery/find-component.ts";
import { loadDriver } from "../discovery/load-driver.ts";
import { checkResult } from "./check-result.ts";
import { removeStalePartials } from "./partial-file.ts";
import type { RecordedTable } from "./run-record.ts";
import { StepContext } from "./step-context.ts";
import { keptState } from "./step-state.ts";
import type { RunScope } from "./run-scope.ts";
import { assertInputs } from "./step-inputs.ts";
import type { StepLimit } from "./step-limit.ts";

/** What an attempt that succeeded has come to. */
export interface StepOutcome {
  readonly rows: number;
  readonly rejected: number;
  readonly superseded: number;
  readonly tables: readonly RecordedTable[];
  readonly files: readonly string[];
  /** For the next run; undefined: the state stays. */
  readonly state?: JsonValue;
}

/** A step that is being run. */
export interface StepTask {
  readonly step: ManifestStep;
  readonly inputs: Inputs;
  /** Its state from the last run. */
  readonly state: JsonValue | undefined;
  readonly limit: StepLimit;
  /** From 1. */
  readonly attempt: number;
  /** What is being made, of what: attempts with the same identity go on after each other's checkpoints. */
  readonly identity: string;
  /** What is kept with the tables, so that a resumed run knows that the step is done. */
  receipt(outcome: StepOutcome): JsonValue;
}

/** Runs a step's driver once, checks what it made and publishes that. When it throws, nothing was published. */
export async function attemptStep(task: StepTask, run: RunScope): Promise<StepOutcome> {
  const { step, inputs, state, limit, identity, attempt } = task;
  const component = findComponent(step, run.catalog);
  assertInputs(component, inputs, step, run.published);
  const driver = await loadDriver(component);
  const artifacts = join(run.runDir, "artifacts", step.id);
  mkdirSync(artifacts, { recursive: true });
  const { runId, database, log, redactor } = run;
  const { config, files, secrets, connection } = run.configs.resolve(step, component);
  redactor.add(secrets);
  if (connection !== undefined) {
    const { family, alias } = connection;
    log.event("connection_resolved", { family, alias }, step.id);
  }
  const writes = files.write;
  for (const file of writes) removeStalePartials(file, dirname(run.runDir));
  const { signal } = limit;
  const ctx = await StepContext.open({
    step,
    attempt,
    runId,
    inputs,
    state,
    artifacts,
    writes,
    database,
    log,
    redactor,
    signal,
    identity,
    shared: run.shared,
  });
  using _watched = run.progress?.watch(() => ctx.progressSoFar);
  try {
    const work = driver.run({ stepId: step.id, config, inputs, ctx });
    const result = await Promise.race([work, limit.over]);
    // Many things that heed a signal just end, and what has been read until then looks like all. What a writer says is
    // checked against its input.
    if (step.mode !== "write") signal.throwIfAborted();
    await ctx.close();
    const tables = await ctx.tables.seal();
    const checked = checkResult(result, tables, inputs, step);
    const outcome: StepOutcome = {
      ...checked,
      tables: tables.map(({ table, rows, columns }) => ({ name: table, rows, columns })),
      files: writes.map((file) => redactor.name(file)),
      ...stateOf(result, step, run),
    };
    await ctx.tables.publish(tables, task.receipt(outcome));
    return outcome;
  } catch (error) {
    await ctx.close();
    await discard(ctx, step, run);
    throw error;
  }
}

/** A copy, as the next run will read it. */
function stateOf(
  { state }: StepResult,
  step: ManifestStep,
  { redactor }: RunScope,
): { readonly state?: JsonValue } {
  if (state === undefined) return {};
  return { state: JSON.parse(keptState(state, step, redactor)) as JsonValue };
}

/** The failure that brought us here is the one to report; a second one only leaves a staging table behind. */
async function discard(ctx: StepContext, step: ManifestStep, { log }: RunScope): Promise<void> {
  try {
    await ctx.tables.publishRejects();
  } catch (error) {
    log.event("staging_not_dropped", { message: toOsirisError(error, "Keeping rejects").message }, step.id);
  }
  try {
    await ctx.tables.discard();
  } catch (error) {
    const { message } = toOsirisError(error, "Dropping staged tables");
    log.event("staging_not_dropped", { message }, step.id);
  }
}

import { availableParallelism } from "node:os";
import type { ManifestStep } from "@osiris/compiler";
import { toOsirisError, type JsonValue, type OsirisError } from "@osiris/core";
import type { ExecutionAdapter } from "../adapters/adapter.ts";
import type { Retain } from "../choices.ts";
import { reusedRecord, type StepIdentity } from "./receipt.ts";
import { Retention } from "./retention.ts";
import { isReused, reusableSteps, type Reuse } from "./reuse.ts";
import type { RunLog } from "./run-log.ts";
import type { StepRecord } from "./run-record.ts";
import type { RunRecorder } from "./run-recorder.ts";
import type { RunState } from "./run-state.ts";
import { notRun, schedule } from "./schedule.ts";
import { StateCommit } from "./state-commit.ts";
import type { StepEnd } from "./step-executor.ts";
import { upTo } from "./step-graph.ts";

/** What is to be run, and with what. */
export interface StepsToRun {
  /** All steps of the pipeline. */
  readonly steps: readonly ManifestStep[];
  /** What a step is today, if it starts from this state. */
  readonly identityOf: (step: ManifestStep, state: JsonValue | undefined) => StepIdentity;
  /** Run this step and what it needs. @default all steps */
  readonly to: string | undefined;
  /** Whether the run has earlier sessions. */
  readonly isResumed: boolean;
  readonly state: RunState;
  readonly retain: Retain;
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal;
  readonly adapter: ExecutionAdapter;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
}

/**
 * Runs the steps that are asked for, and those that are not but were done before count as done. Never throws.
 * @returns what has failed, other than a step
 */
export async function runSteps(run: StepsToRun): Promise<OsirisError | undefined> {
  let fault: OsirisError | undefined;
  try {
    await run.adapter.prepare();
    const reuses = run.isResumed ? await findReuses(run) : new Map<string, Reuse>();
    await runSession(run, reuses);
  } catch (caught) {
    fault = toOsirisError(caught, "The run");
  }
  try {
    await run.adapter.collect();
  } catch (caught) {
    fault ??= toOsirisError(caught, "Closing the run");
  }
  return fault;
}

async function findReuses({
  steps,
  identityOf,
  state,
  adapter,
}: StepsToRun): Promise<ReadonlyMap<string, Reuse>> {
  const earlier = await adapter.earlierWork();
  const { states, own: ownStates } = state;
  const identities = new Map(steps.map((step) => [step.id, identityOf(step, states.get(step.id))]));
  const reuses = reusableSteps(steps, earlier, { identities, states, ownStates });
  const current = new Set(steps.map(({ id }) => id));
  const gone = [...earlier.receipts.keys()].filter((id) => !current.has(id));
  const known = [...current, ...gone];
  await adapter.forget(known.filter((id) => !isReused(reuses.get(id))));
  // What they had begun to make was made of other inputs.
  const remade = steps.filter(({ needs }) => needs.some((need) => !isReused(reuses.get(need))));
  await adapter.forgetCheckpoints([...remade.map(({ id }) => id), ...gone]);
  return reuses;
}

async function runSession(run: StepsToRun, reuses: ReadonlyMap<string, Reuse>): Promise<void> {
  const { steps, to, adapter, recorder, log, signal, state } = run;
  const commits = new StateCommit(steps);
  const retention = new Retention(steps, run.retain);
  const asked = new Set((to === undefined ? steps : upTo(steps, to)).map(({ id }) => id));
  const selected = steps.filter(({ id }) => asked.has(id) || isReused(reuses.get(id)));

  const finish = async (step: ManifestStep, end: StepEnd): Promise<StepRecord> => {
    recorder.step(end.record);
    if (end.record.status !== "succeeded") return end.record;
    const due = commits.succeeded(step.id, end.state);
    if (due.size > 0)
      log.event("state_committed", { version: await state.commit(due), steps: [...due.keys()] });
    const needless = retention.succeeded(step);
    if (needless.length > 0) await adapter.drop(needless);
    return end.record;
  };

  await schedule(
    selected,
    run.concurrency ?? availableParallelism(),
    () => signal.aborted,
    async (step) => {
      const reuse = reuses.get(step.id);
      if (isReused(reuse)) {
        const { receipt } = reuse;
        adapter.reuse(step, receipt);
        log.event("step_reused", { rows_out: receipt.rows_out }, step.id);
        const { state: kept } = receipt;
        return finish(step, {
          record: reusedRecord(step, receipt),
          ...(kept === undefined ? {} : { state: kept }),
        });
      }
      const why = reuse === undefined ? {} : { reused: false, not_reused: reuse.again };
      if (reuse !== undefined) log.event("step_not_reused", { reason: reuse.again }, step.id);
      recorder.step({ ...notRun(step), status: "running", ...why });
      const end = await adapter.execute(step, state.states.get(step.id));
      return finish(step, { ...end, record: { ...end.record, ...why } });
    },
  );
}

import type { ManifestStep } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { StepRecord } from "./run-record.ts";

/**
 * Runs steps as soon as their needs have succeeded, at most `concurrency` at once. After the first failure, or when
 * `stopped` says so, no further step starts; those that run are awaited. Rejects when `execute` does.
 */
export async function schedule(
  steps: readonly ManifestStep[],
  concurrency: number,
  stopped: () => boolean,
  execute: (step: ManifestStep) => Promise<StepRecord>,
): Promise<void> {
  const records = new Map<string, StepRecord>();
  const waiting = new Set(steps);
  const running = new Map<string, Promise<void>>();
  let failed = false;
  let fault: { readonly error: unknown } | undefined;

  for (;;) {
    for (const step of waiting) {
      if (failed || stopped() || running.size >= concurrency) break;
      if (!step.needs.every((need) => records.get(need)?.status === "succeeded")) continue;
      waiting.delete(step);
      running.set(step.id, start(step));
    }
    if (running.size === 0) {
      const [stuck] = waiting;
      if (stuck !== undefined && !failed && !stopped()) throw stuckError(stuck);
      break;
    }
    await Promise.race(running.values());
  }
  if (fault !== undefined) throw fault.error;

  /** Never rejects: whoever still runs must be awaited before the fault is passed on. */
  async function start(step: ManifestStep): Promise<void> {
    try {
      const record = await execute(step);
      records.set(step.id, record);
      if (record.status !== "succeeded") failed = true;
    } catch (error) {
      failed = true;
      fault ??= { error };
    } finally {
      running.delete(step.id);
    }
  }
}

/** The compiler refuses cycles and unknown needs; a manifest that still has one must not pass for a run. */
function stuckError(step: ManifestStep): OsirisError {
  return new OsirisError({
    code: "manifest.stuck",
    category: "internal",
    message: `Step "${step.id}" can never start: its needs (${step.needs.join(", ")}) are never met`,
  });
}

export function notRun(step: ManifestStep): StepRecord {
  return {
    id: step.id,
    component: step.component,
    status: "not_run",
    rows_in: 0,
    rows_out: 0,
    rejected: 0,
    superseded: 0,
    attempts: 0,
    duration_ms: 0,
    tables: [],
    files: [],
  };
}

import { renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { OsirisError } from "@osiris/core";
import { removingName, type Removal } from "./clean-plan.ts";
import { runLockHolder, tryRunLock, type LockHolder, type RunLock } from "./run-lock.ts";
import { readRunRecord, type RunRecord } from "./run-record.ts";

/**
 * Deletes a run: first it gets a name that is no run's, in one step, so that nobody ever finds half a run. What a crash
 * leaves is a leftover of the next plan.
 * @throws OsirisError `clean.in_use` when it is being resumed; whatever the file system refuses
 */
export function removeRun({ folder, run_id, run }: Removal): void {
  const sessions = dirname(folder);
  const removing = join(sessions, removingName(run_id));
  if (run !== undefined) setAside(sessions, folder, run, removing);
  rmSync(removing, { recursive: true, force: true, maxRetries: 3 });
}

/** Nobody can resume a run of the pipeline while the lock is held; it is for milliseconds, and runs wait for that. */
function setAside(sessions: string, folder: string, run: RunRecord, removing: string): void {
  const { lock, holder } = lockPipeline(sessions, run);
  using _ = lock;
  // Another run's lock is no obstacle: it does not touch this folder.
  if (holder?.run_id === run.run_id) throw inUse(run);
  if (readRunRecord(folder)?.status !== run.status) throw inUse(run);
  renameSync(folder, removing);
}

/** On a full disk, which is when runs are cleaned away, nobody can take the lock: then it is enough that nobody has it. */
function lockPipeline(
  sessions: string,
  run: RunRecord,
): { readonly lock?: RunLock; readonly holder?: LockHolder | undefined } {
  try {
    return tryRunLock(sessions, run, { command: "osiris clean" });
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return { holder: runLockHolder(sessions, run) };
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function inUse({ run_id }: RunRecord): OsirisError {
  return new OsirisError({
    code: "clean.in_use",
    category: "resource",
    message: `Run ${run_id} has been resumed or removed meanwhile`,
  });
}

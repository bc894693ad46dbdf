import type { Manifest } from "@osiris/compiler";
import { isOsirisError, OsirisError } from "@osiris/core";
import type { PipelineKey } from "../pipeline-key.ts";
import { acquireRunLock, type RunLock } from "./run-lock.ts";
import type { RunRecord } from "./run-record.ts";
import type { RunRequest } from "./run-request.ts";
import { RunState } from "./run-state.ts";
import { makeRunFolder, newRunId } from "./sessions.ts";

/** A run that may begin: until it is disposed of nobody else runs the pipeline, or goes on with the same run. */
export interface ClaimedRun extends Disposable {
  readonly runId: string;
  /** It exists. */
  readonly runDir: string;
  readonly startedAt: Date;
  /** The run's record so far, when it has earlier sessions. */
  readonly resumed: RunRecord | undefined;
  readonly state: RunState;
}

/**
 * Waits for its turn, or refuses to, and gives the run an id and a folder: new ones, or those of the run to go on with.
 * @throws OsirisError `run.running`, `run.cancelled`, `run.timeout`; when the state cannot be read or no folder made
 */
export async function claimRun(request: RunRequest, signal: AbortSignal): Promise<ClaimedRun> {
  const { pipeline, sessions, stateStore } = request;
  let startedAt = new Date();
  let newId = newRunId(startedAt);
  const lock = await lockPipeline(request, signal, () => {
    // A run that had to wait begins now.
    startedAt = new Date();
    newId = newRunId(startedAt);
    return request.resume?.()?.run_id ?? newId;
  });
  try {
    // Looked up anew: only now nobody else can go on with the same run.
    const resumed = request.resume?.();
    const runId = resumed?.run_id ?? newId;
    const state = await RunState.read(stateStore.open(pipelineKey(pipeline.manifest)), runId);
    const runDir = resumed?.run_dir ?? makeRunFolder(sessions, runId);
    return { runId, runDir, startedAt, resumed, state, [Symbol.dispose]: () => lock[Symbol.dispose]() };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** What locks and state belong to. */
export function pipelineKey({ pipeline: { name, profile } }: Manifest): PipelineKey {
  return { pipeline: name, ...(profile === undefined ? {} : { profile }) };
}

async function lockPipeline(request: RunRequest, signal: AbortSignal, runId: () => string): Promise<RunLock> {
  const { pipeline, sessions, onRunning = "fail", onWait } = request;
  try {
    return await acquireRunLock({
      ...pipelineKey(pipeline.manifest),
      sessions,
      runId,
      onRunning,
      signal,
      ...(onWait === undefined ? {} : { onWait }),
    });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    if (isOsirisError(error)) throw error.code === "run.timeout" ? waitedTooLong(error) : error;
    const message = "The run was cancelled before it had begun.";
    throw new OsirisError({ code: "run.cancelled", category: "cancelled", message, cause: error });
  }
}

function waitedTooLong({ code, category }: OsirisError): OsirisError {
  return new OsirisError({
    code,
    category,
    message: "The time was up before the run had begun: another one of the pipeline is still going on",
    hint: 'See "osiris runs list". Raise --timeout: it counts the waiting, too.',
  });
}

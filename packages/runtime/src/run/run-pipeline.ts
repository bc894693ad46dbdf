import { availableParallelism, hostname } from "node:os";
import { isOsirisError, toOsirisError, type DatabaseSettings, type OsirisError } from "@osiris/core";
import type { ExecutionAdapter } from "../adapters/adapter.ts";
import { LocalAdapter } from "../adapters/local.ts";
import { checkSharedFiles } from "../config/shared-files.ts";
import { StepConfigs } from "../config/step-configs.ts";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import { writeManifestFiles, type RunnablePipeline } from "../manifest-files.ts";
import { Redactor } from "./redactor.ts";
import { RunLog, type RunEvent } from "./run-log.ts";
import type { RunProgress } from "./run-progress.ts";
import { writeRunRecord, type RunRecord, type RunStatus, type StepRecord } from "./run-record.ts";
import { notRun, schedule } from "./schedule.ts";
import { makeRunFolder, newRunId } from "./sessions.ts";
import { recordedError } from "./step-executor.ts";

export interface RunRequest {
  readonly pipeline: RunnablePipeline;
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** The folder that holds run folders. Made when it is missing. */
  readonly sessions: string;
  /**
   * Aborting it cancels the run: nothing new starts, running statements are interrupted. With an OsirisError as its
   * reason the run fails with that error.
   */
  readonly signal: AbortSignal;
  /** Steps at once. @default the number of cores */
  readonly concurrency?: number;
  readonly database?: DatabaseSettings;
  /** Called for every event as it is written. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Where to ask how far the running steps are. @default nobody asks */
  readonly progress?: RunProgress;
}

/** How old the record of a running run may be: writing it at every step would cost more than small steps do. */
const PROGRESS_INTERVAL_MS = 500;

/**
 * Runs a compiled pipeline. Resolves with the record whatever came of it.
 * @throws OsirisError when the run cannot begin: a driver, a variable or a connection is missing here, or no record
 * can be kept
 */
export async function runPipeline(request: RunRequest): Promise<RunRecord> {
  const { manifest, baseDir, files } = request.pipeline;
  const configs = new StepConfigs(request.pipeline, request.catalog, request.surroundings);
  const stepFiles = configs.check();
  checkSharedFiles(manifest.steps, stepFiles);
  const redactor = new Redactor();
  const startedAt = new Date();
  const runId = newRunId(startedAt);
  const runDir = makeRunFolder(request.sessions, runId);
  writeManifestFiles(files, runDir, baseDir);
  using log = new RunLog(runDir, runId, request.onEvent ?? (() => undefined));

  const started = performance.now();
  const record = (status: RunStatus, steps: readonly StepRecord[], error?: OsirisError): RunRecord => ({
    run_id: runId,
    pipeline: manifest.pipeline.name,
    manifest: manifest.fingerprints.manifest,
    status,
    run_dir: runDir,
    started_at: startedAt.toISOString(),
    duration_ms: Math.round(performance.now() - started),
    process: { pid: process.pid, host: hostname() },
    steps,
    ...(manifest.pipeline.profile === undefined ? {} : { profile: manifest.pipeline.profile }),
    ...(error === undefined ? {} : { error: recordedError(error, redactor) }),
  });

  writeRunRecord(record("running", manifest.steps.map(notRun)));
  log.event("run_start", { pipeline: manifest.pipeline.name, manifest: manifest.fingerprints.manifest });
  const { catalog, signal, progress: watched } = request;
  const { placeInFile } = request.pipeline;
  const scope = {
    runId,
    runDir,
    configs,
    placeInFile,
    files: stepFiles,
    redactor,
    catalog,
    log,
    signal,
    progress: watched,
  };
  const adapter = new LocalAdapter(scope, request.database ?? {});
  const progress = new Map(manifest.steps.map((step) => [step.id, notRun(step)]));
  let lastWritten = -Infinity;
  const keep = (step: StepRecord): void => {
    progress.set(step.id, step);
    if (performance.now() - lastWritten < PROGRESS_INTERVAL_MS) return;
    writeRunRecord(record("running", [...progress.values()]));
    lastWritten = performance.now();
  };
  const end = await runSteps(adapter, request, keep);
  const steps = [...progress.values()];
  // A signal that is aborted with an error of ours is a fault of the run, not somebody's wish to stop it.
  const fault = isOsirisError(request.signal.reason) ? request.signal.reason : undefined;
  const error = fault ?? end.error ?? log.fault;
  const done = record(statusOf(steps, request.signal, error), steps, error);
  writeRunRecord(done);
  log.event("run_complete", { status: done.status, duration_ms: done.duration_ms });
  return done;
}

async function runSteps(
  adapter: ExecutionAdapter,
  request: RunRequest,
  keep: (step: StepRecord) => void,
): Promise<{ readonly error?: OsirisError }> {
  const { steps } = request.pipeline.manifest;
  const concurrency = request.concurrency ?? availableParallelism();
  let error: OsirisError | undefined;
  try {
    await adapter.prepare();
    await schedule(
      steps,
      concurrency,
      () => request.signal.aborted,
      async (step) => {
        keep({ ...notRun(step), status: "running" });
        const done = await adapter.execute(step);
        keep(done);
        return done;
      },
    );
  } catch (caught) {
    error = toOsirisError(caught, "The run");
  }
  try {
    await adapter.collect();
  } catch (caught) {
    error ??= toOsirisError(caught, "Closing the run");
  }
  return error === undefined ? {} : { error };
}

function statusOf(
  steps: readonly StepRecord[],
  signal: AbortSignal,
  error: OsirisError | undefined,
): RunStatus {
  if (error === undefined && steps.every((step) => step.status === "succeeded")) return "succeeded";
  const failed = error !== undefined || steps.some((step) => step.status === "failed");
  return signal.aborted && !failed ? "cancelled" : "failed";
}

import { didYouMean, type Manifest } from "@osiris/compiler";
import { isOsirisError, OsirisError, type DatabaseSettings } from "@osiris/core";
import { LocalAdapter } from "../adapters/local.ts";
import type { Retain } from "../config/project-config.ts";
import { checkSharedFiles } from "../config/shared-files.ts";
import { StepConfigs } from "../config/step-configs.ts";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import { writeManifestFiles, type RunnablePipeline } from "../manifest-files.ts";
import { ownProcess } from "./process-identity.ts";
import type { PipelineKey } from "../pipeline-key.ts";
import type { StateStore } from "../state/state-store.ts";
import type { FieldsOf } from "../records/event-table.ts";
import { RECORD_FORMAT } from "../records/run-schema.ts";
import { stepIdentity } from "./receipt.ts";
import { recordedError } from "./recorded-error.ts";
import { Redactor } from "./redactor.ts";
import { limitRun } from "./run-limit.ts";
import { RunLog, type RunEvent } from "./run-log.ts";
import type { RunRecord, StepRecord } from "./run-record.ts";
import type { RunProgress } from "./run-progress.ts";
import { RunRecorder, type RunHead } from "./run-recorder.ts";
import { acquireRunLock, type LockHolder, type OnRunning, type RunLock } from "./run-lock.ts";
import { RunState } from "./run-state.ts";
import { runSteps } from "./run-steps.ts";
import { makeRunFolder, newRunId } from "./sessions.ts";

export interface RunRequest {
  readonly pipeline: RunnablePipeline;
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** The folder that holds run folders. Made when it is missing. */
  readonly sessions: string;
  /** Where steps find the state of the last run and leave theirs. */
  readonly stateStore: StateStore;
  /** What to do when this pipeline is being run with the same profile already. @default "fail" */
  readonly onRunning?: OnRunning;
  /**
   * The run of this pipeline to go on with, looked up when nobody else runs it; undefined: a new one is started.
   * @default a new run
   */
  readonly resume?: () => RunRecord | undefined;
  /** Run only this step and what it needs. @default all steps */
  readonly to?: string;
  /** After so many milliseconds the run is stopped, and fails. @default no limit */
  readonly timeoutMs?: number;
  /** Which tables are kept. @default "all" */
  readonly retain?: Retain;
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
  /** Called when the run has to wait for another one. */
  readonly onWait?: (holder: LockHolder) => void;
  /** Where to ask how far the running steps are. @default nobody asks */
  readonly progress?: RunProgress;
}

/**
 * Runs a compiled pipeline. Resolves with the record whatever came of it.
 * @throws OsirisError when the run cannot begin: a driver, a variable or a connection is missing here, the pipeline is
 * being run already, its state cannot be read, or no record can be kept
 */
export async function runPipeline(request: RunRequest): Promise<RunRecord> {
  const { pipeline, catalog, surroundings, to } = request;
  const { manifest, baseDir, files } = pipeline;
  if (to !== undefined) assertStep(to, manifest);
  const configs = new StepConfigs(pipeline, catalog, surroundings);
  const stepFiles = configs.check();
  checkSharedFiles(manifest.steps, stepFiles);
  using limit = limitRun(request.signal, request.timeoutMs);
  const { signal } = limit;
  let now = new Date();
  let newId = newRunId(now);
  using _lock = await lockPipeline(request, signal, () => {
    // A run that had to wait begins now.
    now = new Date();
    newId = newRunId(now);
    return request.resume?.()?.run_id ?? newId;
  });
  // Looked up anew: only now nobody else can go on with the same run.
  const resume = request.resume?.();
  const runId = resume?.run_id ?? newId;
  const state = await RunState.read(request.stateStore.open(pipelineKey(manifest)), runId);
  const runDir = resume?.run_dir ?? makeRunFolder(request.sessions, runId);
  const head = runHead(request, resume, { runId, runDir, now });
  writeManifestFiles(files, runDir, baseDir);
  const redactor = new Redactor();
  using log = new RunLog(runDir, runId, request.onEvent ?? (() => undefined));
  const recorder = new RunRecorder(head, manifest.steps, resume?.duration_ms ?? 0);
  recorder.start();
  reportStart(head, log);
  if (resume !== undefined) log.event("run_resumed", { from_status: resume.status });
  else if (request.resume !== undefined) log.event("nothing_to_resume", {});
  const { placeInFile } = pipeline;
  const { progress } = request;
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
    progress,
  };
  const fault = await runSteps({
    steps: manifest.steps,
    identityOf: (step, before) => stepIdentity(step, scope, before),
    to,
    isResumed: resume !== undefined,
    state,
    retain: request.retain ?? "all",
    concurrency: request.concurrency,
    signal,
    adapter: new LocalAdapter(scope, request.database ?? {}),
    recorder,
    log,
  });
  // A signal that is aborted with an error of ours is a fault of the run, not somebody's wish to stop it.
  const error = (isOsirisError(signal.reason) ? signal.reason : undefined) ?? fault ?? log.fault;
  const status = statusOf(recorder.steps, to, signal, error);
  const done = recorder.end(status, error && recordedError(error, redactor));
  const why = done.error === undefined ? {} : { error: done.error };
  log.event("run_complete", { status, duration_ms: done.duration_ms, ...why });
  return done;
}

function reportStart({ format, pipeline, manifest, profile }: RunHead, log: RunLog): void {
  log.event("run_start", { format, pipeline, manifest, ...(profile === undefined ? {} : { profile }) });
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

function pipelineKey({ pipeline: { name, profile } }: Manifest): PipelineKey {
  return { pipeline: name, ...(profile === undefined ? {} : { profile }) };
}

function runHead(
  { pipeline, to }: RunRequest,
  resume: RunRecord | undefined,
  run: { readonly runId: string; readonly runDir: string; readonly now: Date },
): RunHead {
  const { pipeline: pipelineName, profile } = pipelineKey(pipeline.manifest);
  return {
    format: RECORD_FORMAT,
    run_id: run.runId,
    pipeline: pipelineName,
    manifest: pipeline.manifest.fingerprints.manifest,
    ...(profile === undefined ? {} : { profile }),
    run_dir: run.runDir,
    started_at: resume?.started_at ?? run.now.toISOString(),
    process: ownProcess(),
    resumes: resume === undefined ? 0 : resume.resumes + 1,
    ...(to === undefined ? {} : { to }),
  };
}

function assertStep(id: string, { steps }: Manifest): void {
  const ids = steps.map((step) => step.id);
  if (ids.includes(id)) return;
  throw new OsirisError({
    code: "run.unknown_step",
    category: "usage",
    message: `The pipeline has no step "${id}"`,
    hint: didYouMean(id, ids),
  });
}

function statusOf(
  steps: readonly StepRecord[],
  to: string | undefined,
  signal: AbortSignal,
  error: OsirisError | undefined,
): FieldsOf<"run_complete">["status"] {
  const isDone = ({ status }: StepRecord): boolean =>
    status === "succeeded" || (to !== undefined && status === "not_run");
  const target = steps.find(({ id }) => id === to);
  if (error === undefined && steps.every(isDone) && target?.status !== "not_run") return "succeeded";
  const failed = error !== undefined || steps.some((step) => step.status === "failed");
  return signal.aborted && !failed ? "cancelled" : "failed";
}

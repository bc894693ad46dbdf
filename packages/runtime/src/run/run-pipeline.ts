import { didYouMean, type Manifest } from "@osiris/compiler";
import { isOsirisError, OsirisError } from "@osiris/core";
import { LocalAdapter } from "../adapters/local.ts";
import { checkSharedFiles } from "../config/shared-files.ts";
import { StepConfigs } from "../config/step-configs.ts";
import { writeManifestFiles } from "../manifest-files.ts";
import { RECORD_FORMAT } from "../records/run-schema.ts";
import { claimRun, pipelineKey, type ClaimedRun } from "./claim-run.ts";
import { ownProcess } from "./process-identity.ts";
import { stepIdentity } from "./receipt.ts";
import { recordedError } from "./recorded-error.ts";
import { Redactor } from "./redactor.ts";
import { limitRun } from "./run-limit.ts";
import { RunLog } from "./run-log.ts";
import type { RunRecord, StepRecord } from "./run-record.ts";
import { RunRecorder, type EndStatus, type RunHead } from "./run-recorder.ts";
import type { RunRequest } from "./run-request.ts";
import type { RunScope } from "./run-scope.ts";
import { runSteps } from "./run-steps.ts";

/**
 * Runs a compiled pipeline. Resolves with the record whatever came of it.
 * @throws OsirisError when the run cannot begin: a driver, a variable or a connection is missing here, the pipeline is
 * being run already, its state cannot be read, or no record can be kept
 */
export async function runPipeline(request: RunRequest): Promise<RunRecord> {
  const { pipeline, catalog, surroundings, to } = request;
  if (to !== undefined) assertStep(to, pipeline.manifest);
  const configs = new StepConfigs(pipeline, catalog, surroundings);
  const files = configs.check();
  checkSharedFiles(pipeline.manifest.steps, files);
  using limit = limitRun(request.signal, request.timeoutMs);
  using run = await claimRun(request, limit.signal);
  return await record(run, request, { configs, files, signal: limit.signal });
}

/** Runs the steps and writes down what comes of it. */
async function record(
  run: ClaimedRun,
  request: RunRequest,
  made: Pick<RunScope, "configs" | "files" | "signal">,
): Promise<RunRecord> {
  const { pipeline, catalog, to, progress } = request;
  const { manifest, baseDir, placeInFile } = pipeline;
  const { runId, runDir, resumed } = run;
  writeManifestFiles(pipeline.files, runDir, baseDir);
  const redactor = new Redactor();
  using log = new RunLog(runDir, runId, request.onEvent ?? (() => undefined));
  const head = runHead(run, request);
  const recorder = new RunRecorder(head, manifest.steps, resumed?.duration_ms ?? 0);
  recorder.start();
  reportStart(head, run, request, log);
  const scope = { ...made, runId, runDir, placeInFile, redactor, catalog, log, progress };
  const fault = await runSteps({
    steps: manifest.steps,
    identityOf: (step, state) => stepIdentity(step, scope, state),
    to,
    isResumed: resumed !== undefined,
    state: run.state,
    retain: request.retain ?? "all",
    concurrency: request.concurrency,
    signal: made.signal,
    adapter: new LocalAdapter(scope, request.database ?? {}),
    recorder,
    log,
  });
  const { reason } = made.signal;
  // A signal that is aborted with an error of ours is a fault of the run, not somebody's wish to stop it.
  const error = (isOsirisError(reason) ? reason : undefined) ?? fault ?? log.fault;
  const status = statusOf(recorder.steps, to, made.signal, error);
  const done = recorder.end(status, error && recordedError(error, redactor));
  const why = done.error === undefined ? {} : { error: done.error };
  log.event("run_complete", { status: done.status, duration_ms: done.duration_ms, ...why });
  return done;
}

function runHead({ runId, runDir, startedAt, resumed }: ClaimedRun, { pipeline, to }: RunRequest): RunHead {
  const { pipeline: name, profile } = pipelineKey(pipeline.manifest);
  return {
    format: RECORD_FORMAT,
    run_id: runId,
    pipeline: name,
    manifest: pipeline.manifest.fingerprints.manifest,
    ...(profile === undefined ? {} : { profile }),
    run_dir: runDir,
    started_at: resumed?.started_at ?? startedAt.toISOString(),
    process: ownProcess(),
    resumes: resumed === undefined ? 0 : resumed.resumes + 1,
    ...(to === undefined ? {} : { to }),
  };
}

function reportStart(head: RunHead, { resumed }: ClaimedRun, { resume }: RunRequest, log: RunLog): void {
  const { format, pipeline, manifest, profile } = head;
  log.event("run_start", { format, pipeline, manifest, ...(profile === undefined ? {} : { profile }) });
  if (resumed !== undefined) log.event("run_resumed", { from_status: resumed.status });
  else if (resume !== undefined) log.event("nothing_to_resume", {});
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
): EndStatus {
  const isDone = ({ status }: StepRecord): boolean =>
    status === "succeeded" || (to !== undefined && status === "not_run");
  const target = steps.find(({ id }) => id === to);
  if (error === undefined && steps.every(isDone) && target?.status !== "not_run") return "succeeded";
  const failed = error !== undefined || steps.some((step) => step.status === "failed");
  return signal.aborted && !failed ? "cancelled" : "failed";
}

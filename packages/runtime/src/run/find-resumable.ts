import { OsirisError } from "@osiris/core";
import type { RunRecord } from "./run-record.ts";
import { findRun, listRuns } from "./sessions.ts";

/** Which pipeline a run must be one of. */
export interface ResumablePipeline {
  readonly name: string;
  readonly profile?: string | undefined;
}

/** True when something of the run is left to do. */
export function isUnfinished({ status, steps }: RunRecord): boolean {
  return status !== "succeeded" || steps.some((step) => step.status === "not_run");
}

/**
 * The newest run of the pipeline, when it is one to go on with: undefined when there is none, or when it is finished.
 * With `pipeline` undefined, of any pipeline.
 */
export function lastUnfinished(
  sessions: string,
  pipeline: ResumablePipeline | undefined,
): RunRecord | undefined {
  const newest = listRuns(sessions).find((run) => pipeline === undefined || isOf(run, pipeline));
  return newest !== undefined && isUnfinished(newest) ? newest : undefined;
}

/**
 * A run that somebody has named.
 * @throws OsirisError when there is no such run, it is another pipeline's, or nothing of it is left to do
 */
export function namedUnfinished(
  sessions: string,
  wanted: string,
  pipeline: ResumablePipeline | undefined,
): RunRecord {
  const run = findRun(sessions, wanted);
  if (pipeline !== undefined && !isOf(run, pipeline)) {
    throw refusal(
      `Run ${run.run_id} is one of ${pipelineText({ name: run.pipeline, profile: run.profile })}, not of ${pipelineText(pipeline)}`,
      "Leave the run's id out to go on with the newest of this pipeline.",
    );
  }
  if (!isUnfinished(run)) {
    throw refusal(
      `Run ${run.run_id} has succeeded: nothing of it is left to do`,
      "Start a new run without --resume.",
    );
  }
  return run;
}

function isOf(run: RunRecord, { name, profile }: ResumablePipeline): boolean {
  return run.pipeline === name && run.profile === profile;
}

function pipelineText({ name, profile }: ResumablePipeline): string {
  return profile === undefined ? `"${name}"` : `"${name}" with the profile "${profile}"`;
}

function refusal(message: string, hint: string): OsirisError {
  return new OsirisError({ code: "run.not_resumable", category: "usage", message, hint });
}

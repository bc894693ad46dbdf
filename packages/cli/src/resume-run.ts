import { join } from "node:path";
import { lastUnfinished, namedUnfinished, type RunnablePipeline, type RunRecord } from "@osiris/runtime";
import { usage } from "./usage-error.ts";

/** `--resume`: of which run, or of the newest one. */
export type Resume = string | true;

/** What `osiris run [file] --resume [run]` means. */
export interface ResumeChoice {
  /** The pipeline, or a run's own manifest. */
  readonly file: string;
  readonly run: Resume;
}

/** The beginning of a run's id, or `last`. Anything else after --resume is the pipeline that was meant. */
const RUN = /^(last$|\d{4,}T?)/;

export function resumeChoice(file: string | undefined, resume: Resume, sessions: string): ResumeChoice {
  if (typeof resume === "string" && !RUN.test(resume)) {
    if (file !== undefined) throw usage(`--resume ${resume}: that is no run id`, "See osiris runs list.");
    return { file: resume, run: true };
  }
  if (file !== undefined) return { file, run: resume };
  const run =
    resume === true ? lastUnfinished(sessions, undefined) : namedUnfinished(sessions, resume, undefined);
  if (run === undefined) {
    throw usage(
      "There is no run to resume: the last one has succeeded, or there was none",
      "Name a pipeline to run.",
    );
  }
  return { file: join(run.run_dir, "manifest.yaml"), run: run.run_id };
}

/** The run to go on with; undefined: a new one is started. */
export function runToResume(
  { manifest }: RunnablePipeline,
  resume: Resume,
  sessions: string,
): RunRecord | undefined {
  const { pipeline } = manifest;
  return resume === true ? lastUnfinished(sessions, pipeline) : namedUnfinished(sessions, resume, pipeline);
}

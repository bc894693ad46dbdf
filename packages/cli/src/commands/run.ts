import { mkdirSync } from "node:fs";
import { isOsirisError, type DatabaseSettings } from "@osiris/core";
import {
  RunProgress,
  runPipeline,
  type OnRunning,
  type Retain,
  type RunEvent,
  type RunRecord,
} from "@osiris/runtime";
import { lastCompile } from "../builds.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { usage } from "../usage-error.ts";
import { openProject, sessions } from "../project.ts";
import { openStateStore } from "../state-access.ts";
import { resumeChoice, runToResume, type Resume } from "../resume-run.ts";
import type { ProgressMode } from "../progress/progress-mode.ts";
import { openView } from "../progress/watch-run.ts";
import { guardRun } from "../run-guard.ts";
import type { RunView } from "../progress/run-view.ts";
import { nextSteps, runSummary } from "../run-summary.ts";
import { paintFor } from "../style.ts";

export interface RunOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly lastCompile?: boolean;
  readonly resume?: Resume;
  readonly to?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retain?: Retain;
  readonly onRunning?: OnRunning;
  readonly stateDir?: string;
  readonly baseDir?: string;
  readonly sessionsDir?: string;
  readonly concurrency?: number;
  readonly memoryLimit?: string;
  readonly threads?: number;
  readonly tempDirectory?: string;
  readonly maxTempSize?: string;
  readonly progress: ProgressMode;
}

export async function runCommand(
  file: string | undefined,
  options: RunOptions,
  output: Output,
): Promise<ExitCode> {
  if (options.progress === "json") output.notesAsJson();
  using guard = guardRun(output);
  const root = sessions(options.sessionsDir);
  const project = openProject();
  const choice = whatToRun(file, options, root);
  const pipeline = await loadPipeline(choice.file, project, options, output);
  if (pipeline === undefined) return EXIT.usage;
  const { run: resume } = choice;
  const retain = options.retain ?? project.config.retain;
  const progress = new RunProgress();
  const stepIds = pipeline.manifest.steps.map(({ id }) => id);
  const view = openView(options.progress, stepIds, progress, output);
  const run = watched(view, (onEvent) =>
    runPipeline({
      pipeline,
      ...project,
      sessions: root,
      stateStore: openStateStore(options.stateDir),
      onWait: ({ run_id: other = "a command" }) =>
        output.note(`Waiting for ${other} of the same pipeline to end.`),
      signal: guard.signal,
      database: databaseSettings(options),
      ...(resume === undefined ? {} : { resume: () => runToResume(pipeline, resume, root) }),
      ...(options.onRunning === undefined ? {} : { onRunning: options.onRunning }),
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
      ...(retain === undefined ? {} : { retain }),
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      onEvent,
      progress,
    }),
  );
  const record = await run.catch((error: unknown) => {
    if (guard.exitCode === undefined || !isOsirisError(error)) throw error;
    return error;
  });
  if (isOsirisError(record)) {
    await output.error(record);
    return guard.exitCode ?? EXIT.failed;
  }
  await output.result(
    () => record,
    () => runSummary(record, paintFor(process.stdout), !(view.keepsSteps && process.stdout.isTTY)),
  );
  const next = nextSteps(record);
  if (next.length > 0) output.note(`\n${next.join("\n")}`);
  return exitCode(record, guard.exitCode);
}

function whatToRun(
  file: string | undefined,
  { resume, lastCompile: isLast }: RunOptions,
  root: string,
): { readonly file: string; readonly run?: Resume } {
  if (file !== undefined && isLast) throw usage("Give a file or --last-compile, not both");
  const given = isLast ? lastCompile(root) : file;
  if (resume !== undefined) return resumeChoice(given, resume, root);
  if (given !== undefined) return { file: given };
  throw usage("Name a pipeline file or a manifest, or give --last-compile or --resume");
}

/** Shows a run while it goes on. */
async function watched(
  view: RunView,
  run: (onEvent: (event: RunEvent) => void) => Promise<RunRecord>,
): Promise<RunRecord> {
  try {
    return await run((event) => view.onEvent(event));
  } finally {
    await view.end();
  }
}

function databaseSettings(options: RunOptions): DatabaseSettings {
  const { memoryLimit, threads, tempDirectory, maxTempSize } = options;
  if (tempDirectory !== undefined) mkdirSync(tempDirectory, { recursive: true });
  return {
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(threads === undefined ? {} : { threads }),
    ...(tempDirectory === undefined ? {} : { tempDirectory }),
    ...(maxTempSize === undefined ? {} : { maxTempSize }),
  };
}

function exitCode(record: RunRecord, cancelled: ExitCode | undefined): ExitCode {
  if (record.status === "succeeded") return EXIT.ok;
  return record.status === "cancelled" && cancelled !== undefined ? cancelled : EXIT.failed;
}

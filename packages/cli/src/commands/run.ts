import { mkdirSync } from "node:fs";
import type { DatabaseSettings } from "@osiris/core";
import {
  RunProgress,
  runPipeline,
  type RunnablePipeline,
  type RunRecord,
  type RunRequest,
} from "@osiris/runtime";
import { lastCompile } from "../builds.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline, usage } from "../pipeline-file.ts";
import { openProject, sessions } from "../project.ts";
import { openView, type ProgressMode } from "../progress/watch-run.ts";
import { guardRun } from "../run-guard.ts";
import { runSummary } from "../run-summary.ts";

export interface RunOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly lastCompile?: boolean;
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
  const pipeline = await loadPipeline(fileToRun(file, options, root), project, options, output);
  if (pipeline === undefined) return EXIT.usage;
  const record = await watch(options.progress, pipeline, output, (view) =>
    runPipeline({
      pipeline,
      ...project,
      sessions: root,
      signal: guard.signal,
      database: databaseSettings(options),
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      ...view,
    }),
  );
  await output.result(
    () => record,
    () => runSummary(record),
  );
  return exitCode(record, guard.exitCode);
}

/** Shows a run while it goes on. */
async function watch(
  mode: ProgressMode,
  { manifest }: RunnablePipeline,
  output: Output,
  run: (watcher: Pick<RunRequest, "onEvent" | "progress">) => Promise<RunRecord>,
): Promise<RunRecord> {
  const progress = new RunProgress();
  const stepIds = manifest.steps.map(({ id }) => id);
  const view = openView(mode, stepIds, progress, output);
  try {
    return await run({ onEvent: (event) => view.onEvent(event), progress });
  } finally {
    await view.end();
  }
}

function fileToRun(file: string | undefined, options: RunOptions, root: string): string {
  if (file !== undefined && options.lastCompile) throw usage("Give a file or --last-compile, not both");
  if (file !== undefined) return file;
  if (options.lastCompile) return lastCompile(root);
  throw usage("Name a pipeline file or a manifest, or give --last-compile");
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

import { mkdirSync } from "node:fs";
import type { DatabaseSettings } from "@osiris/core";
import { RunProgress, runPipeline, type RunEvent, type RunRecord } from "@osiris/runtime";
import { lastCompile } from "../builds.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline, usage } from "../pipeline-file.ts";
import { openProject, sessions } from "../project.ts";
import { openView, type ProgressMode } from "../progress/watch-run.ts";
import { guardRun } from "../run-guard.ts";
import type { RunView } from "../progress/run-view.ts";
import { nextSteps, runSummary } from "../run-summary.ts";
import { paintFor } from "../style.ts";

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
  const progress = new RunProgress();
  const stepIds = pipeline.manifest.steps.map(({ id }) => id);
  const view = openView(options.progress, stepIds, progress, output);
  const record = await watched(view, (onEvent) =>
    runPipeline({
      pipeline,
      ...project,
      sessions: root,
      signal: guard.signal,
      database: databaseSettings(options),
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      onEvent,
      progress,
    }),
  );
  await output.result(
    () => record,
    () => runSummary(record, paintFor(process.stdout), !(view.keepsSteps && process.stdout.isTTY)),
  );
  const next = nextSteps(record);
  if (next.length > 0) output.note(`\n${next.join("\n")}`);
  return exitCode(record, guard.exitCode);
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

import { listRunFolders, type RunRecord, type RunStatus, type UnreadableRun } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { sessions } from "../project.ts";
import { formatCount, formatDuration } from "../format.ts";
import { localTime } from "../local-time.ts";
import { textTable } from "../text-table.ts";

export interface RunsListOptions {
  readonly limit: number;
  readonly status?: RunStatus;
  readonly pipeline?: string;
  readonly sessionsDir?: string;
}

export async function runsListCommand(options: RunsListOptions, output: Output): Promise<ExitCode> {
  const root = sessions(options.sessionsDir);
  const { status, pipeline } = options;
  const all = listRunFolders(root);
  const wanted = all.filter(
    (run) => (status ?? run.status) === run.status && (pipeline === undefined || nameOf(run) === pipeline),
  );
  const runs = wanted.slice(0, options.limit);
  const columns = [
    { title: "run" },
    { title: "pipeline" },
    { title: "status" },
    { title: "started" },
    { title: "steps", align: "right" },
    { title: "rows out", align: "right" },
    { title: "time", align: "right" },
    { title: "error" },
  ] as const;
  await output.result(
    () => runs,
    () => (runs.length > 0 ? textTable(columns, runs.map(row)) : nothing(all.length, root)),
  );
  return EXIT.ok;
}

function nameOf(run: RunRecord | UnreadableRun): string | undefined {
  return "pipeline" in run ? run.pipeline : undefined;
}

function row(run: RunRecord | UnreadableRun): readonly string[] {
  if (run.status === "unreadable") return [run.run_id, "", run.status, "", "", "", "", run.error.message];
  return [
    run.run_id,
    run.pipeline,
    run.status,
    localTime(run.started_at),
    `${run.steps.filter((step) => step.status === "succeeded").length}/${run.steps.length}`,
    formatCount(run.steps.reduce((sum, step) => sum + step.rows_out, 0)),
    formatDuration(durationOf(run)),
    run.steps.find((step) => step.error)?.error?.code ?? run.error?.code ?? "",
  ];
}

/** The record of a run that goes on is written now and then only. */
function durationOf({ status, started_at, duration_ms }: RunRecord): number {
  return status === "running" ? Date.now() - Date.parse(started_at) : duration_ms;
}

function nothing(others: number, root: string): string {
  return others === 0
    ? `No runs in ${root}`
    : `None of the ${formatCount(others)} runs in ${root} is such a run.`;
}

import { listRuns } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { sessions } from "../project.ts";
import { formatCount } from "../format.ts";
import { textTable } from "../text-table.ts";

export interface RunsListOptions {
  readonly limit: number;
  readonly sessionsDir?: string;
}

export async function runsListCommand(options: RunsListOptions, output: Output): Promise<ExitCode> {
  const root = sessions(options.sessionsDir);
  const runs = listRuns(root).slice(0, options.limit);
  const columns = [
    { title: "run" },
    { title: "pipeline" },
    { title: "status" },
    { title: "steps", align: "right" },
    { title: "rows out", align: "right" },
    { title: "seconds", align: "right" },
    { title: "error" },
  ] as const;
  const rows = runs.map((run) => [
    run.run_id,
    run.pipeline,
    run.status,
    `${run.steps.filter((step) => step.status === "succeeded").length}/${run.steps.length}`,
    formatCount(run.steps.reduce((sum, step) => sum + step.rows_out, 0)),
    (run.duration_ms / 1000).toFixed(2),
    run.steps.find((step) => step.error)?.error?.code ?? run.error?.code ?? "",
  ]);
  await output.result(
    () => runs,
    () => (runs.length > 0 ? textTable(columns, rows) : `No runs in ${root}`),
  );
  return EXIT.ok;
}

import { quoteLiteral, type RunDatabase } from "@osiris/core";
import type { RunRecord } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { sessions } from "../project.ts";
import { fromRejects, rejectsTable, rejectsTables, type RejectsTable } from "../rejects/reject-tables.ts";
import { openRunData, resultTable } from "../run-data.ts";
import { formatCount } from "../format.ts";
import { textTable } from "../text-table.ts";

export interface RejectsShowOptions {
  readonly run: string;
  readonly limit: number;
  readonly reason?: string;
  readonly sessionsDir?: string;
}

/** Of all steps how many rows were rejected and why; of one step the rows. */
export async function rejectsShowCommand(
  step: string | undefined,
  options: RejectsShowOptions,
  output: Output,
): Promise<ExitCode> {
  const { run, database } = await openRunData(sessions(options.sessionsDir), options.run);
  await using _ = database;
  if (step === undefined) await showSteps(run, database, options, output);
  else await showRows(await rejectsTable(step, run, database), run, database, options, output);
  return EXIT.ok;
}

async function showSteps(
  run: RunRecord,
  database: RunDatabase,
  options: RejectsShowOptions,
  output: Output,
): Promise<void> {
  const steps: StepRejects[] = [];
  for (const table of await rejectsTables(run, database)) {
    steps.push(await reasonsOf(table, database, options));
  }
  const lines = steps.flatMap(({ step, reasons, more_reasons: more }) => [
    ...reasons.map(({ reason, rows }) => [step, formatCount(rows), reason]),
    ...(more > 0 ? [[step, "", `… and ${formatCount(more)} more reasons`]] : []),
  ]);
  const columns = [{ title: "step" }, { title: "rows", align: "right" }, { title: "reason" }] as const;
  await output.result(
    () => ({ run_id: run.run_id, steps }),
    () =>
      lines.length === 0
        ? `No rejected rows in run ${run.run_id}`
        : `${textTable(columns, lines)}\nRun ${run.run_id}; osiris rejects show <step> shows the rows.`,
  );
}

interface StepRejects extends RejectsTable {
  readonly rejected: number;
  /** The most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
  /** How many reasons are not among them. */
  readonly more_reasons: number;
}

async function reasonsOf(
  table: RejectsTable,
  database: RunDatabase,
  options: RejectsShowOptions,
): Promise<StepRejects> {
  const groups = `SELECT reason, count(*) AS row_count FROM ${source(table, options)} GROUP BY reason`;
  const found = await database.query(`${groups} ORDER BY row_count DESC, reason LIMIT ${options.limit}`);
  const { rows } = await database.query(
    `SELECT coalesce(sum(row_count), 0)::BIGINT AS rejected, count(*) AS reasons FROM (${groups})`,
  );
  const reasons = found.rows.map((row) => ({
    reason: row["reason"] as string,
    rows: Number(row["row_count"]),
  }));
  const more = Number(rows[0]?.["reasons"]) - reasons.length;
  return { ...table, rejected: Number(rows[0]?.["rejected"]), reasons, more_reasons: more };
}

async function showRows(
  table: RejectsTable,
  run: RunRecord,
  database: RunDatabase,
  options: RejectsShowOptions,
  output: Output,
): Promise<void> {
  const from = source(table, options);
  const counted = await database.query(`SELECT count(*) AS row_count FROM ${from}`);
  const total = Number(counted.rows[0]?.["row_count"]);
  const { columns, rows } = await database.head(
    `SELECT source, line, reason, "row" FROM ${from}`,
    options.limit,
  );
  const shown = `${formatCount(rows.length)} of ${formatCount(total)} rejected rows of ${table.step}, run ${run.run_id}`;
  await output.result(
    () => ({ run_id: run.run_id, ...table, total_rows: total, rows }),
    () => `${resultTable(columns, rows)}\n${shown}`,
  );
}

function source(table: RejectsTable, { reason }: RejectsShowOptions): string {
  if (reason === undefined) return fromRejects(table);
  return `(FROM ${fromRejects(table)} WHERE contains(lower(reason), lower(${quoteLiteral(reason)})))`;
}

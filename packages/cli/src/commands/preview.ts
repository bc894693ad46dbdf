import { OsirisError, quoteIdentifier } from "@osiris/core";
import { didYouMean } from "@osiris/compiler";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { openRunData, resultTable } from "../run-data.ts";
import { sessions } from "../project.ts";
import { formatCount } from "../format.ts";

export interface PreviewOptions {
  readonly run: string;
  readonly limit: number;
  readonly sessionsDir?: string;
}

export async function previewCommand(
  step: string,
  options: PreviewOptions,
  output: Output,
): Promise<ExitCode> {
  const { run, database } = await openRunData(sessions(options.sessionsDir), options.run);
  await using _ = database;
  const tables = await database.tables();
  const table = tables.find((name) => name === step.replaceAll("-", "_").toLowerCase());
  if (table === undefined) {
    throw new OsirisError({
      code: "runs.no_table",
      category: "usage",
      message: `Run ${run.run_id} has no table "${step}"`,
      hint: didYouMean(step, tables),
    });
  }
  const { rows: total, columns } = await database.describe(table);
  const { rows } = await database.head(`FROM main.${quoteIdentifier(table)}`, options.limit);
  const shown = `${formatCount(rows.length)} of ${formatCount(total)} rows of ${table}, run ${run.run_id}`;
  await output.result(
    () => ({ run_id: run.run_id, table, total_rows: total, columns, rows }),
    () => `${resultTable(columns, rows)}\n${shown}`,
  );
  return EXIT.ok;
}

import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { openRunData, resultTable } from "../run-data.ts";
import { sessions } from "../project.ts";

export interface QueryOptions {
  readonly run: string;
  readonly limit: number;
  readonly sessionsDir?: string;
}

export async function queryCommand(sql: string, options: QueryOptions, output: Output): Promise<ExitCode> {
  const { run, database } = await openRunData(sessions(options.sessionsDir), options.run);
  await using _ = database;
  // One row more than is shown tells whether something was left out.
  const result = await database.head(sql, options.limit + 1);
  const rows = result.rows.slice(0, options.limit);
  const truncated = result.rows.length > options.limit;
  const more = truncated ? `\nThe first ${options.limit} rows; --limit shows more.` : "";
  await output.result(
    () => ({ run_id: run.run_id, columns: result.columns, rows, truncated }),
    () => `${resultTable(result.columns, rows)}${more}`,
  );
  return EXIT.ok;
}

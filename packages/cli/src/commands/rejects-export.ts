import { extname, resolve } from "node:path";
import type { RunDatabase } from "@osiris/core";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fromHere } from "../from-here.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { sessions } from "../project.ts";
import { csv, jsonArray, jsonLines, type RejectFormat } from "../rejects/reject-formats.ts";
import { rejectedFields, rejectedRows } from "../rejects/reject-rows.ts";
import { fromRejects, rejectsTable, type RejectsTable } from "../rejects/reject-tables.ts";
import { streamToFile } from "../stream-to-file.ts";
import { openRunData } from "../run-data.ts";
import { formatCount } from "../format.ts";

export interface RejectsExportOptions {
  readonly run: string;
  readonly out?: string;
  readonly sessionsDir?: string;
}

type Format = "jsonl" | "csv" | "json";

/** Writes all rejects of a step: into a file, or to stdout, as JSON lines or, with `--json`, as one JSON array. */
export async function rejectsExportCommand(
  step: string,
  options: RejectsExportOptions,
  output: Output,
): Promise<ExitCode> {
  const format = formatOf(options.out, output);
  const { run, database } = await openRunData(sessions(options.sessionsDir), options.run);
  await using _ = database;
  const table = await rejectsTable(step, run, database);
  const chunks = exported(table, database, await formatFor(format, table, database));
  if (options.out === undefined) {
    await output.stream(chunks);
    return EXIT.ok;
  }
  const file = resolve(options.out);
  await streamToFile(file, chunks);
  const { rows } = await database.describe(table.table);
  await output.result(
    () => ({ status: "ok", run_id: run.run_id, ...table, file, rows }),
    () => `${fromHere(file)}: ${formatCount(rows)} rejected rows of ${table.step}, run ${run.run_id}`,
  );
  return EXIT.ok;
}

function formatOf(file: string | undefined, output: Output): Format {
  if (file === undefined) return output.json ? "json" : "jsonl";
  const extension = extname(file).toLowerCase();
  if (extension === ".csv") return "csv";
  if (extension === ".jsonl" || extension === ".ndjson") return "jsonl";
  throw usage(`--out ${file}: the name of the file tells its format, .jsonl or .csv`);
}

async function formatFor(format: Format, table: RejectsTable, database: RunDatabase): Promise<RejectFormat> {
  const fields = await rejectedFields(table, database);
  if (format === "jsonl") return jsonLines(fields);
  if (format === "json") return jsonArray(fields);
  const { rows } = await database.query(
    `SELECT bool_or(json_type("row") <> 'OBJECT') AS has_others FROM ${fromRejects(table)}`,
  );
  return csv(fields, rows[0]?.["has_others"] === true);
}

/** As much at once as makes writing cheap. */
const CHUNK = 64 * 1024;

async function* exported(
  table: RejectsTable,
  database: RunDatabase,
  format: RejectFormat,
): AsyncGenerator<string> {
  let chunk = format.start;
  let index = 0;
  for await (const reject of rejectedRows(table, database)) {
    chunk += format.line(reject, index);
    index += 1;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk + format.end;
}

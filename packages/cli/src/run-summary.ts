import { renderExcerpt } from "@osiris/compiler";
import { REJECTS, tableName } from "@osiris/core";
import type { RecordedError, RunRecord, RunStatus, StepRecord } from "@osiris/runtime";
import { formatCount, formatDuration } from "./format.ts";
import { fromHere } from "./from-here.ts";
import { stepTable } from "./step-table.ts";
import type { Paint, Tone } from "./style.ts";

const STATUS_TONES: Readonly<Record<RunStatus, Tone>> = {
  succeeded: "good",
  failed: "bad",
  killed: "bad",
  cancelled: "warn",
  running: "strong",
};

/** How a run's status is written. */
export function statusText(status: RunStatus, paint: Paint): string {
  return paint(STATUS_TONES[status], status);
}

/**
 * What came of a run: the steps, what was written, and what went wrong.
 * @param withSteps false when the reader has seen how the steps ended
 */
export function runSummary(record: RunRecord, paint: Paint, withSteps: boolean): string {
  const head = `Run ${record.run_id} ${statusText(record.status, paint)} in ${formatDuration(record.duration_ms)}`;
  return [
    ...(withSteps ? [stepTable(record.steps), "", head] : [head, ...notRunText(record)]),
    ...outcomeText(record),
    `Run folder: ${fromHere(record.run_dir)}`,
    ...errorTexts(record, paint).map((error) => `\n${error}`),
  ].join("\n");
}

function notRunText({ steps }: RunRecord): readonly string[] {
  const ids = steps.filter(({ status }) => status === "not_run").map(({ id }) => id);
  return ids.length === 0 ? [] : [`Not run: ${ids.join(", ")}`];
}

/** Rejects and files, a line each. */
export function outcomeText({ steps }: RunRecord): readonly string[] {
  const rejects = steps
    .filter(({ rejected }) => rejected > 0)
    .map(
      ({ id, rejected }) =>
        `Rejected: ${formatCount(rejected)} ${rejected === 1 ? "row" : "rows"} of ${id}, in ${tableName(id, REJECTS)}`,
    );
  return [...rejects, ...steps.flatMap(({ files }) => files).map((file) => `Result: ${fromHere(file)}`)];
}

/** What went wrong, an entry for each failed step. */
export function errorTexts(record: RunRecord, paint: Paint): readonly string[] {
  return [
    ...record.steps.flatMap((step) => (step.error ? [errorText(whatFailed(step), step.error, paint)] : [])),
    ...(record.error ? [errorText("The run failed", record.error, paint)] : []),
  ];
}

/** Many messages begin with the step: nobody needs it twice. */
function whatFailed({ id, status, error }: StepRecord): string {
  const step = `Step "${id}"`;
  if (status === "cancelled") return `${step} was stopped`;
  return error?.message.startsWith(step) === true ? "Failed" : `${step} failed`;
}

/** What to do about a run that has not come to its end; nothing for others. */
export function nextSteps({ status, run_id }: RunRecord): readonly string[] {
  if (status === "succeeded" || status === "running") return [];
  return [
    `osiris run --resume ${run_id}   runs what is missing, and keeps what was done`,
    `osiris logs ${run_id}           shows what happened`,
  ];
}

function errorText(what: string, { message, code, place, hint }: RecordedError, paint: Paint): string {
  const parts = [`${paint("bad", what)}: ${message} [${code}]`];
  if (place !== undefined) {
    const { file, line, column, excerpt } = place;
    parts.push(
      file === undefined ? `  line ${line}, column ${column} of its SQL` : `  ${file}:${line}:${column}`,
    );
    parts.push(renderExcerpt(line, excerpt));
  }
  if (hint !== undefined) parts.push(`  help: ${hint}`);
  return parts.join("\n");
}

import { renderExcerpt } from "@osiris/compiler";
import { REJECTS, tableName } from "@osiris/core";
import type { RecordedError, RunEvent, RunRecord, StepRecord } from "@osiris/runtime";
import { fromHere } from "./from-here.ts";
import { formatCount, textTable } from "./text-table.ts";

/** One line for a person who waits; undefined for events that tell them nothing. */
export function progressLine(event: RunEvent): string | undefined {
  const step = event.step_id;
  switch (event.event) {
    case "run_resumed":
      return `Going on with run ${event.run_id}.`;
    case "nothing_to_resume":
      return "Nothing to resume: the pipeline's last run has succeeded, or there was none. This is a new run.";
    case "step_reused":
      return `✓ ${step}: ${formatCount(Number(event["rows_out"]))} rows, reused`;
    case "step_not_reused":
      return `  ${step} is run again: ${String(event["reason"])}`;
    case "step_retry": {
      const { message } = event["error"] as RecordedError;
      return `  ${step}: attempt ${String(event["attempt"])} failed: ${message}; again in ${seconds(Number(event["delay_ms"]))} s`;
    }
    case "step_start":
      return `  ${step} …`;
    case "step_complete":
      return `✓ ${step}: ${formatCount(Number(event["rows_out"]))} rows${rejectedText(Number(event["rejected"]))}`;
    case "step_failed":
      return `✗ ${step}`;
    case "step_cancelled":
      return `- ${step}: cancelled`;
    case "log":
      return event["level"] === "warn" || event["level"] === "error"
        ? `${event["level"]}: ${step}: ${String(event["message"])}`
        : undefined;
    default:
      return undefined;
  }
}

function rejectedText(rejected: number): string {
  return rejected > 0 ? `, ${formatCount(rejected)} rejected` : "";
}

/** The closing table, what was written, and what went wrong. */
export function runSummary(record: RunRecord): string {
  const files = record.steps.flatMap((step) => step.files).map((file) => `Result: ${fromHere(file)}`);
  const errors = [
    ...record.steps.flatMap((step) =>
      step.error ? [errorText(`Step "${step.id}" failed`, step.error)] : [],
    ),
    ...(record.error ? [errorText("The run failed", record.error)] : []),
  ];
  const rejects = record.steps
    .filter(({ rejected }) => rejected > 0)
    .map(
      ({ id, rejected }) => `Rejected: ${formatCount(rejected)} rows of ${id}, in ${tableName(id, REJECTS)}`,
    );
  return [
    stepTable(record.steps),
    "",
    `Run ${record.run_id} ${record.status} in ${seconds(record.duration_ms)} s`,
    ...rejects,
    ...files,
    `Run folder: ${fromHere(record.run_dir)}`,
    ...errors.map((error) => `\n${error}`),
  ].join("\n");
}

function stepTable(steps: readonly StepRecord[]): string {
  const columns = [
    { title: "step" },
    { title: "status" },
    { title: "rows in", align: "right" },
    { title: "rows out", align: "right" },
    { title: "seconds", align: "right" },
    { title: "rows/s", align: "right" },
  ] as const;
  return textTable(columns, steps.map(stepRow));
}

function stepRow(step: StepRecord): readonly string[] {
  if (step.status !== "succeeded") return [step.id, step.status.replace("_", " "), "", "", "", ""];
  const rows = Math.max(step.rows_in, step.rows_out);
  return [
    step.id,
    "ok",
    formatCount(step.rows_in),
    formatCount(step.rows_out),
    seconds(step.duration_ms),
    step.duration_ms === 0 ? "" : formatCount(Math.round((rows * 1000) / step.duration_ms)),
  ];
}

function errorText(what: string, { message, code, place, hint }: RecordedError): string {
  const parts = [`${what}: ${message} [${code}]`];
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

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

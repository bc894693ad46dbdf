import { stripVTControlCharacters } from "node:util";
import { NOT_DONE, type RecordedError, type RunEvent } from "@osiris/runtime";
import { formatCount, formatDuration, formatRate } from "../format.ts";
import type { Paint } from "../style.ts";
import { printable } from "../text-table.ts";
import { fitText } from "../text-width.ts";

/** What is out of the ordinary: warnings of drivers, attempts that have failed, how a run is resumed. */
export function noticeLine(event: RunEvent, paint: Paint): string | undefined {
  const { level } = event;
  switch (event.event) {
    case "run_resumed":
      return `Going on with run ${event.run_id}.`;
    case "nothing_to_resume":
      return "Nothing to resume: the pipeline's last run has succeeded, or there was none. This is a new run.";
    case "step_not_reused":
      if (event["reason"] === NOT_DONE) return undefined;
      return paint("faint", `  ${event.step_id} is run again: ${String(event["reason"])}`);
    case "step_retry":
      return retryLine(event, paint);
    case "log":
      return level === "warn" || level === "error" ? logLine(event, paint) : undefined;
    default:
      return undefined;
  }
}

function logLine(event: RunEvent, paint: Paint): string {
  const mark = event["level"] === "warn" ? paint("warn", "warn:") : paint("bad", "error:");
  return `${mark} ${event.step_id}: ${plainLines(String(event["message"]))}`;
}

function retryLine({ step_id, attempt, delay_ms, error }: RunEvent, paint: Paint): string {
  const { message, code } = error as RecordedError;
  const wait = formatDuration(Number(delay_ms));
  return `${paint("warn", "retry:")} ${step_id}: attempt ${String(attempt)} failed, the next one in ${wait}: ${plainLines(message)} [${code}]`;
}

/** How a step ended, in columns: its id takes `nameWidth`. Undefined for events that end no step. */
export function endLine(event: RunEvent, nameWidth: number, paint: Paint): string | undefined {
  const name = fitText(event.step_id ?? "", nameWidth);
  switch (event.event) {
    case "step_complete":
      return `${paint("good", "✓")} ${name}  ${outcome(event, paint)}`;
    case "step_reused":
      return `${paint("good", "✓")} ${name}  ${rowsText(event)}  reused`;
    case "step_failed":
      return `${paint("bad", "✗")} ${name}  ${paint("bad", "failed")}`;
    case "step_cancelled":
      return `${paint("warn", "-")} ${name}  cancelled`;
    default:
      return undefined;
  }
}

const ROWS_WIDTH = 17;
const TIME_WIDTH = 8;

function outcome(event: RunEvent, paint: Paint): string {
  const [rowsIn = 0, rowsOut = 0, rejected = 0, ms = 0] = [
    "rows_in",
    "rows_out",
    "rejected",
    "duration_ms",
  ].map((field) => Number(event[field] ?? 0));
  const time = fitText(formatDuration(ms), TIME_WIDTH, "right");
  const rate = formatRate(Math.max(rowsIn, rowsOut), ms) ?? "";
  const parts = [rowsText(event), time, paint("faint", rate), paint("warn", rejectedText(rejected))];
  return parts.filter((part) => part !== "").join("  ");
}

function rowsText({ rows_out }: RunEvent): string {
  const rows = Number(rows_out);
  return fitText(`${formatCount(rows)} ${rows === 1 ? "row " : "rows"}`, ROWS_WIDTH, "right");
}

/** `12 rejected`, or nothing. */
export function rejectedText(rejected: number): string {
  return rejected > 0 ? `${formatCount(rejected)} rejected` : "";
}

/** What others print, without what would move the cursor or colour what follows. */
export function plainLines(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map(printable)
    .join("\n");
}

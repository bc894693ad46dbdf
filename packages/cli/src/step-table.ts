import type { StepRecord } from "@osiris/runtime";
import { formatCount } from "./format.ts";
import { textTable, type TextColumn } from "./text-table.ts";

interface StepColumn extends TextColumn {
  readonly cell: (step: StepRecord) => string;
  /** Left out when every cell is empty. */
  readonly optional?: boolean;
}

const COLUMNS: readonly StepColumn[] = [
  { title: "step", cell: ({ id }) => id },
  { title: "status", cell: statusText },
  { title: "rows in", align: "right", cell: whenDone(({ rows_in }) => formatCount(rows_in)) },
  { title: "rows out", align: "right", cell: whenDone(({ rows_out }) => formatCount(rows_out)) },
  { title: "rejected", align: "right", optional: true, cell: ({ rejected }) => countText(rejected) },
  { title: "superseded", align: "right", optional: true, cell: ({ superseded }) => countText(superseded) },
  {
    title: "attempts",
    align: "right",
    optional: true,
    cell: ({ attempts }) => (attempts > 1 ? String(attempts) : ""),
  },
  { title: "seconds", align: "right", cell: whenDone(({ duration_ms }) => (duration_ms / 1000).toFixed(2)) },
  { title: "rows/s", align: "right", cell: whenDone(speedText) },
  { title: "run again because", optional: true, cell: ({ not_reused = "" }) => not_reused },
];

/** What came of the steps of a run, a row each. */
export function stepTable(steps: readonly StepRecord[]): string {
  const columns = COLUMNS.filter(
    ({ optional, cell }) => optional !== true || steps.some((step) => cell(step) !== ""),
  );
  return textTable(
    columns,
    steps.map((step) => columns.map(({ cell }) => cell(step))),
  );
}

function statusText({ status, reused }: StepRecord): string {
  if (reused === true) return "reused";
  return status === "succeeded" ? "ok" : status.replace("_", " ");
}

function whenDone(cell: (step: StepRecord) => string): (step: StepRecord) => string {
  return (step) => (step.status === "succeeded" ? cell(step) : "");
}

function speedText({ rows_in, rows_out, duration_ms, reused }: StepRecord): string {
  if (reused === true || duration_ms === 0) return "";
  return formatCount(Math.round((Math.max(rows_in, rows_out) * 1000) / duration_ms));
}

function countText(count: number | undefined): string {
  return count === undefined || count === 0 ? "" : formatCount(count);
}

import { formatBytes, formatClock, formatCount } from "../format.ts";
import type { Paint } from "../style.ts";
import { fitText, textWidth } from "../text-width.ts";
import type { RunningStep } from "./running-steps.ts";

/** What a line says about a step, in the order in which it stands there. */
const CELLS = {
  done: ({ done }: RunningStep) => (done === undefined ? "" : `${Math.floor(done * 100)}%`),
  rows: ({ rows }: RunningStep) => (rows === undefined ? "" : `${formatCount(rows)} rows`),
  rate: ({ rowsPerSecond: rate }: RunningStep) =>
    rate === undefined ? "" : `${formatCount(Math.round(rate))} rows/s`,
  bytes: ({ bytes, totalBytes }: RunningStep) =>
    [bytes, totalBytes].flatMap((value) => (value === undefined ? [] : formatBytes(value))).join(" of "),
  left: ({ left }: RunningStep) => (left === undefined ? "" : `${formatClock(left)} left`),
  elapsed: ({ elapsed }: RunningStep) => formatClock(elapsed),
};
type Cell = keyof typeof CELLS;
const ORDER = Object.keys(CELLS) as Cell[];
/** What goes first where a terminal is narrow. */
const DISPENSABLE: readonly Cell[] = ["bytes", "rate", "elapsed", "left", "rows", "done"];
const FAINT = new Set<Cell>(["rate", "bytes", "elapsed"]);

const GAP = "  ";
const MIN_NAME = 8;

/** What stands before each step: something that moves. */
export interface Spinner {
  readonly frame: string;
  readonly paint: Paint;
}

/** One line a step, aligned, each narrower than the terminal: a line that fills the last column may wrap. */
export function liveLines(
  steps: readonly RunningStep[],
  columns: number,
  { frame, paint }: Spinner,
): readonly string[] {
  const room = Math.max(columns - 1, 1);
  const lead = textWidth(frame) + 1;
  const longest = Math.max(0, ...steps.map(({ stepId }) => textWidth(stepId)));
  const widths = new Map(
    ORDER.map((cell) => [cell, Math.max(...steps.map((step) => textWidth(CELLS[cell](step))))]),
  );
  const taken = (): number =>
    [...widths.values()].reduce((sum, width) => sum + (width === 0 ? 0 : GAP.length + width), lead);
  const least = Math.min(longest, Math.max(MIN_NAME, Math.floor(room / 3)));
  for (const cell of DISPENSABLE) if (taken() + least > room) widths.delete(cell);
  const nameWidth = Math.max(0, Math.min(longest, room - taken()));
  return steps.map((step) => {
    const cells = ORDER.filter((cell) => (widths.get(cell) ?? 0) > 0).map((cell) => {
      const text = GAP + fitText(CELLS[cell](step), widths.get(cell) ?? 0, "right");
      return FAINT.has(cell) ? paint("faint", text) : text;
    });
    const head = fitText(`${frame} `, Math.min(lead, room));
    return paint("warn", head) + fitText(step.stepId, nameWidth) + cells.join("");
  });
}

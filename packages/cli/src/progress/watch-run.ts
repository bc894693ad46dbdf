import type { RunProgress } from "@osiris/runtime";
import type { Output } from "../output.ts";
import { paintFor } from "../style.ts";
import { JsonView } from "./json-view.ts";
import type { Screen } from "./live-area.ts";
import { LiveView } from "./live-view.ts";
import { PlainView } from "./plain-view.ts";
import type { ProgressMode } from "./progress-mode.ts";
import { RunningSteps } from "./running-steps.ts";
import type { RunView } from "./run-view.ts";
import { SilentView } from "./silent-view.ts";

/** The view that a mode asks for, on this terminal. */
export function openView(
  mode: ProgressMode,
  stepIds: readonly string[],
  progress: RunProgress,
  output: Output,
): RunView {
  const steps = new RunningSteps(progress);
  const paint = paintFor(process.stderr);
  if (mode === "none") return new SilentView(output, paint);
  if (mode === "json") return new JsonView(output.stderr, steps, output.json);
  if (mode === "plain" || !canMove()) return new PlainView(output, steps, paint);
  return new LiveView({ output, paint }, steps, stepIds, screen);
}

/** Whether lines can be drawn again: on a terminal that can move its cursor, and with a person before it. */
function canMove(): boolean {
  const { TERM, CI } = process.env;
  const isCI = CI !== undefined && !["", "0", "false"].includes(CI);
  return process.stderr.isTTY && TERM !== "dumb" && !isCI;
}

/** Some terminals say that they have no size at all. */
function screen(): Screen {
  const { columns, rows } = process.stderr;
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

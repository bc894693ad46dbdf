import type { RunEvent } from "@osiris/runtime";
import type { Output } from "../output.ts";
import { formatClock, formatCount } from "../format.ts";
import type { Paint } from "../style.ts";
import { rejectedText, noticeLine } from "./event-line.ts";
import type { RunningStep, RunningSteps } from "./running-steps.ts";
import type { RunView } from "./run-view.ts";

/** A log of a build that says nothing for long looks stuck. */
const HEARTBEAT_MS = 30_000;

/** Logs, pipes and terminals that cannot move the cursor: a line when a step starts and ends, and now and then between. */
export class PlainView implements RunView {
  readonly keepsSteps = false;
  readonly #output: Output;
  readonly #steps: RunningSteps;
  readonly #paint: Paint;
  readonly #timer: NodeJS.Timeout;

  constructor(output: Output, steps: RunningSteps, paint: Paint) {
    this.#output = output;
    this.#steps = steps;
    this.#paint = paint;
    this.#timer = setInterval(() => {
      for (const step of steps.now()) this.#output.note(heartbeat(step));
    }, HEARTBEAT_MS);
  }

  onEvent(event: RunEvent): void {
    this.#steps.onEvent(event);
    const line = noticeLine(event, this.#paint) ?? stepLine(event);
    if (line !== undefined) this.#output.note(line);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#output.flush();
  }
}

/** How far a long step is. */
export function heartbeat({ stepId, rows, done, elapsed, left }: RunningStep): string {
  const parts = [
    ...(done === undefined ? [] : [`${Math.floor(done * 100)}%`]),
    ...(rows === undefined ? [] : [`${formatCount(rows)} rows`]),
    `after ${formatClock(elapsed)}`,
    ...(left === undefined ? [] : [`${formatClock(left)} left`]),
  ];
  return `  ${stepId} … ${parts.join(", ")}`;
}

function stepLine(event: RunEvent): string | undefined {
  const step = event.step_id;
  switch (event.event) {
    case "step_start":
      return `  ${step} …`;
    case "step_complete": {
      const rejected = rejectedText(Number(event["rejected"]));
      const rows = `${formatCount(Number(event["rows_out"]))} rows`;
      return `✓ ${step}: ${[rows, rejected].filter((part) => part !== "").join(", ")}`;
    }
    case "step_reused":
      return `✓ ${step}: ${formatCount(Number(event["rows_out"]))} rows, reused`;
    case "step_failed":
      return `✗ ${step}`;
    case "step_cancelled":
      return `- ${step}: cancelled`;
    default:
      return undefined;
  }
}

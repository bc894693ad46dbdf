import type { RunEvent, RunProgress, StepProgress } from "@osiris/runtime";
import { Pace } from "./pace.ts";

/** A running step as it is now. */
export interface RunningStep extends StepProgress {
  /** Milliseconds. */
  readonly elapsed: number;
  readonly rowsPerSecond?: number;
  /** Milliseconds. */
  readonly left?: number;
}

const ENDS = new Set(["step_complete", "step_failed", "step_cancelled"]);

/** The steps that are running: from the run's events, and from asking how far they are. */
export class RunningSteps {
  readonly #progress: RunProgress;
  readonly #steps = new Map<string, { readonly started: number; readonly pace: Pace }>();

  constructor(progress: RunProgress) {
    this.#progress = progress;
  }

  onEvent({ event, step_id }: RunEvent): void {
    if (step_id === undefined) return;
    const now = performance.now();
    if (event === "step_start") this.#steps.set(step_id, { started: now, pace: new Pace(now) });
    if (ENDS.has(event)) this.#steps.delete(step_id);
  }

  /** In the order in which they started. */
  now(): readonly RunningStep[] {
    const at = performance.now();
    const known = new Map(this.#progress.snapshot().map((progress) => [progress.stepId, progress]));
    return [...this.#steps].map(([stepId, { started, pace }]) => {
      const progress = known.get(stepId) ?? { stepId };
      pace.look(at, progress);
      const { rowsPerSecond, left } = pace;
      return {
        ...progress,
        elapsed: at - started,
        ...(rowsPerSecond === undefined ? {} : { rowsPerSecond }),
        ...(left === undefined ? {} : { left }),
      };
    });
  }
}

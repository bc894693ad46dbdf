import { OsirisError } from "@osiris/core";
import { LONGEST_TIMER_MS } from "./step-limit.ts";

export interface RunLimit extends Disposable {
  /** Aborted when the run is to stop: by whoever started it, or because its time is up. */
  readonly signal: AbortSignal;
}

export function limitRun(signal: AbortSignal, timeoutMs: number | undefined): RunLimit {
  if (timeoutMs === undefined) return { signal, [Symbol.dispose]: () => undefined };
  const controller = new AbortController();
  const timer = setTimeout(
    () => {
      controller.abort(
        new OsirisError({
          code: "run.timeout",
          category: "cancelled",
          message: `The run was not done after ${timeoutMs / 1000} s, and was stopped`,
          hint: "Go on with osiris run --resume, or raise --timeout.",
        }),
      );
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

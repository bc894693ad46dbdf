import type { ManifestStep } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";

/** All that a timer can hold: some 24 days. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** How long a step has after it was told to stop. */
const GRACE_MS = 10_000;

/** When a step has to stop: with the run, or when its time is up. */
export interface StepLimit extends Disposable {
  readonly signal: AbortSignal;
  /** The timeout that the step has run into, if it has. */
  readonly timeout: OsirisError | undefined;
  /** Rejects when the step was told to stop and has not: a driver that does not heed the signal is left behind. */
  readonly over: Promise<never>;
}

export function limitStep(step: ManifestStep, run: AbortSignal): StepLimit {
  const timer = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let timeout: OsirisError | undefined;
  const signal = AbortSignal.any([run, timer.signal]);
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be listening any more when it rejects.
  promise.catch(() => undefined);
  const onAbort = (): void => {
    timers.push(setTimeout(() => reject(ignored(step)), GRACE_MS));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const { timeout_ms: limit } = step;
  if (limit !== undefined) {
    const expire = (): void => {
      if (run.aborted) return;
      timeout = timedOut(step, limit);
      timer.abort(timeout);
    };
    timers.push(setTimeout(expire, Math.min(limit, LONGEST_TIMER_MS)));
  }
  return {
    signal,
    over: promise,
    get timeout() {
      return timeout;
    },
    [Symbol.dispose]() {
      for (const each of timers) clearTimeout(each);
      signal.removeEventListener("abort", onAbort);
    },
  };
}

function timedOut(step: ManifestStep, limit: number): OsirisError {
  return new OsirisError({
    code: "step.timeout",
    category: "cancelled",
    message: `Step "${step.id}" was not done after ${limit / 1000} s, and was stopped`,
    hint: "Raise its timeout, or look in the run's logs for what took so long.",
  });
}

function ignored(step: ManifestStep): OsirisError {
  return new OsirisError({
    code: "driver.ignored_cancel",
    category: "cancelled",
    message: `Step "${step.id}" did not stop within ${GRACE_MS / 1000} s of being told to`,
    hint: "Its driver does not heed ctx.signal. Please report that to its author.",
  });
}

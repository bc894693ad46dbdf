import { setTimeout as sleep } from "node:timers/promises";
import type { RetryPolicy } from "@osiris/compiler";
import { backoffMs, isOsirisError } from "@osiris/core";

/** The longest wait that the other side may ask for. Limits of APIs are counted by the hour at most. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** An attempt that failed and will be made again. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/**
 * Calls `attempt` with 1, 2, … until it succeeds, fails for good, or has been tried as often as the policy allows. Waits as
 * the policy says, and at least as long as an error asks for (`retryAfterMs`); one that asks for more than an hour is final.
 * @param mayRetry whether an error is one that another attempt may not meet again
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  mayRetry: (error: unknown) => boolean,
  onRetry: (failed: FailedAttempt) => void,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  const backoff = { delayMs: policy.backoff_ms, maxDelayMs: policy.max_backoff_ms };
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      const asked = askedWaitMs(error);
      const isFinal = number >= policy.attempts || asked > MAX_RETRY_AFTER_MS || !mayRetry(error);
      if (isFinal || signal.aborted) throw error;
      const delayMs = Math.max(backoffMs(backoff, number), asked);
      onRetry({ attempt: number, delayMs, error });
      await sleep(delayMs, undefined, { signal });
    }
  }
}

/** Drivers in JavaScript put anything there. */
function askedWaitMs(error: unknown): number {
  if (!isOsirisError(error)) return 0;
  const asked: unknown = error.retryAfterMs;
  return typeof asked === "number" && asked > 0 ? asked : 0;
}

import { setTimeout as sleep } from "node:timers/promises";
import { isOsirisError } from "@osiris/core";

/** How often and after which waits something is tried again. */
export interface RetryPolicy {
  /** After the first attempt. @default 3 */
  readonly maxRetries?: number;
  /** Before the first retry; doubles with each, half of it random. @default 1000 */
  readonly delayMs?: number;
  /** The longest wait without a word of the server. @default 30000 */
  readonly maxDelayMs?: number;
  /** The longest wait that the server may ask for (`retryAfterMs` of the error). Beyond it the error stands. @default 900000 */
  readonly maxWaitMs?: number;
  /** Told before each wait. */
  readonly onRetry?: (retry: Retry) => void;
}

/** A failed attempt, and what comes next. */
export interface Retry {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: unknown;
}

/** Calls `attempt` until it succeeds, fails with an error that is not `retryable`, or has been tried often enough. */
export async function retrying<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(signal);
    } catch (error) {
      if (!isOsirisError(error) || !error.retryable || number > (policy.maxRetries ?? 3)) throw error;
      const waitMs = error.retryAfterMs ?? policy.delayMs ?? 1000;
      policy.onRetry?.({ attempt: number, waitMs, error });
      await sleep(waitMs, undefined, { signal });
    }
  }
}

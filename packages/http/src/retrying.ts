import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs, isOsirisError, OsirisError } from "@osiris/core";
import { durationText } from "./duration-text.ts";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";

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

/**
 * Calls `attempt` until it succeeds, fails with an error that is not `retryable`, or has been tried often enough. Waits at
 * least as long as the error asks for; where that is more than `maxWaitMs`, the error is final, says so and is no longer
 * `retryable`. Rejects with the signal's reason when that is aborted during a wait.
 */
export async function retrying<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  const { maxRetries = 3, delayMs = 1000, maxDelayMs = 30_000, maxWaitMs = 900_000 } = policy;
  for (let number = 1; ; number++) {
    signal.throwIfAborted();
    try {
      return await attempt(signal);
    } catch (error) {
      if (!isOsirisError(error) || !error.retryable || signal.aborted) throw error;
      const asked = error.retryAfterMs ?? 0;
      if (asked > maxWaitMs) throw asksForTooMuch(error, asked, maxWaitMs);
      if (number > maxRetries) throw error;
      const waitMs = Math.max(backoffMs({ delayMs, maxDelayMs }, number), asked);
      policy.onRetry?.({ attempt: number, waitMs, error });
      await pauseFor(waitMs, signal);
    }
  }
}

function asksForTooMuch(error: OsirisError, askedMs: number, maxWaitMs: number): OsirisError {
  const { code, category, message, hint, retryAfterMs, cause } = error;
  const asks = `The server asks to wait ${durationText(askedMs)}, which is more than the ${durationText(maxWaitMs)} that are allowed.`;
  return new OsirisError({
    code,
    category,
    message: `${message.replace(/\.$/, "")}. ${asks}`,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause,
  });
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(ms, LONGEST_TIMER_MS), undefined, { signal });
  } catch (error) {
    // What the caller aborted with says more than the timer's AbortError.
    signal.throwIfAborted();
    throw error;
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { RetryPolicy } from "@osiris/compiler";

/** An attempt that failed and will be made again. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/**
 * Calls `attempt` with 1, 2, … until it succeeds, fails for good, or has been tried as often as the policy allows.
 * @param mayRetry whether an error is one that another attempt may not meet again
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  mayRetry: (error: unknown) => boolean,
  onRetry: (failed: FailedAttempt) => void,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number >= policy.attempts || signal.aborted || !mayRetry(error)) throw error;
      const delayMs = backoff(policy, number);
      onRetry({ attempt: number, delayMs, error });
      await sleep(delayMs, undefined, { signal });
    }
  }
}

/**
 * Doubles with each attempt, up to the longest wait; half of it is random, so that many who failed together do not come
 * back together.
 * See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter").
 */
export function backoff({ backoff_ms, max_backoff_ms }: RetryPolicy, attempt: number): number {
  const longest = Math.min(max_backoff_ms, backoff_ms * 2 ** (attempt - 1));
  return Math.round(longest / 2 + (Math.random() * longest) / 2);
}

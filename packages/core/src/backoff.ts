/** How waits between attempts grow. */
export interface Backoff {
  /** The wait before the first retry, in milliseconds. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
}

/**
 * The wait after the attempt of this number, counted from 1, in milliseconds. Doubles with each attempt, up to the longest
 * wait; half of it is random, so that many who failed together do not come back together.
 * See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter").
 */
export function backoffMs({ delayMs, maxDelayMs }: Backoff, attempt: number): number {
  const longest = Math.min(maxDelayMs, delayMs * 2 ** (attempt - 1));
  return Math.round(longest / 2 + (Math.random() * longest) / 2);
}

/** At most so many requests at once, and so many in any period. */
export interface RateLimit {
  /** @default no limit */
  readonly concurrent?: number;
  /** In each period. @default no limit */
  readonly requests?: number;
  readonly periodMs?: number;
}

/** Lets requests through in the order in which they came. */
export class Limiter {
  constructor(limit: RateLimit) {
    void limit;
  }

  /** Runs `task` when its turn has come. Rejects with the signal's reason when that is aborted first. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    return await task();
  }

  /** No request begins within the next `ms`: what the server has asked for. Never shortens an earlier wait. */
  pause(ms: number): void {
    void ms;
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { backoffMs, isOsirisError, type DriverContext } from "@osiris/core";

const BACKOFF = { delayMs: 250, maxDelayMs: 10_000 };
/** In a row, without a row in between. */
const MOST_IN_VAIN = 5;
const MOST = 100;

/** Decides whether a read that was broken off goes on over a new connection, and waits before it does. */
export class Reconnects {
  readonly #ctx: DriverContext;
  #rows = 0;
  #inVain = 0;
  #all = 0;

  constructor(ctx: DriverContext) {
    this.#ctx = ctx;
  }

  /**
   * @param rows in the table
   * @throws `error` itself when another try would not help
   */
  async afterFailure(error: unknown, rows: number): Promise<void> {
    this.#ctx.signal.throwIfAborted();
    this.#inVain = rows > this.#rows ? 1 : this.#inVain + 1;
    this.#rows = rows;
    this.#all++;
    const mayHelp = isOsirisError(error) && error.retryable;
    if (!mayHelp || this.#inVain > MOST_IN_VAIN || this.#all > MOST) throw error;
    await wait(backoffMs(BACKOFF, this.#inVain), undefined, { signal: this.#ctx.signal });
  }
}

import { isOsirisError, OsirisError, type DriverContext } from "@osiris/core";
import type { Limiter, Retry } from "@osiris/http";
import type { Wait } from "./read-waits.ts";

/** Waits that people should know of. */
const LONG_WAIT_MS = 5000;

/** Waits as long as answers ask for, and says so; all steps that share the limiter wait with it. */
export class Throttle {
  /** Milliseconds that requests have waited because the server asked for it. */
  waitedMs = 0;
  retries = 0;
  readonly #limiter: Limiter;
  readonly #longestMs: number;
  readonly #ctx: DriverContext;
  #next: (Wait & { readonly until: number }) | undefined;

  /** @param longestMs the longest wait that a server may ask for */
  constructor(limiter: Limiter, longestMs: number, ctx: DriverContext) {
    this.#limiter = limiter;
    this.#longestMs = longestMs;
    this.#ctx = ctx;
  }

  /** Notes what an answer asks for. A wait that is too long fails the next request, if there is one. */
  ask(wait: Wait | undefined): void {
    if (wait === undefined) return;
    this.#next = { ...wait, until: performance.now() + wait.ms };
    this.#pause(wait.ms);
  }

  /** Before a request. @throws OsirisError `graphql.wait_too_long` */
  beforeRequest(): void {
    const next = this.#next;
    if (next === undefined) return;
    this.#next = undefined;
    const ms = Math.round(next.until - performance.now());
    if (ms <= 0) return;
    if (ms > this.#longestMs) throw waitTooLong({ ms, reason: next.reason });
    this.waitedMs += ms;
    this.#say(ms, `Waiting ${seconds(ms)} before the next request: ${next.reason}`);
  }

  /** Before the wait for another attempt at a request. */
  readonly onRetry = ({ attempt, waitMs, error }: Retry): void => {
    this.retries++;
    const code = isOsirisError(error) ? error.code : "internal.unexpected";
    const message = error instanceof Error ? error.message : String(error);
    if (isOsirisError(error) && error.retryAfterMs !== undefined) {
      this.waitedMs += waitMs;
      this.#pause(error.retryAfterMs);
    }
    this.#ctx.event("graphql.retry", { failed_attempt: attempt, wait_ms: waitMs, code, message });
    this.#say(waitMs, `${message}. Trying again in ${seconds(waitMs)}`);
  };

  #pause(ms: number): void {
    if (ms <= this.#longestMs) this.#limiter.pause(ms);
  }

  #say(ms: number, message: string): void {
    this.#ctx.log(ms > LONG_WAIT_MS ? "warn" : "debug", message);
  }
}

function waitTooLong({ ms, reason }: Wait): OsirisError {
  return new OsirisError({
    code: "graphql.wait_too_long",
    category: "external",
    message: `The server asks to wait for ${Math.ceil(ms / 1000)} s: ${reason}`,
    hint: "Run it later, or set max_retry_wait higher.",
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

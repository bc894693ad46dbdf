import { OsirisError } from "@osiris/core";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";

/** At most so many requests at once, and so many in any period. */
export interface RateLimit {
  /** @default no limit */
  readonly concurrent?: number;
  /** In each period, wherever it begins. @default no limit */
  readonly requests?: number;
  /** @default 1000 */
  readonly periodMs?: number;
}

/** Begun requests are remembered by the part of the period in which they began: bounded memory, 0.1 % too careful. */
const PARTS = 1000;

/** Lets requests through in the order in which they came. */
export class Limiter {
  readonly #concurrent: number;
  readonly #requests: number;
  readonly #partMs: number;
  /** Who waits, first come first. */
  readonly #waiting = new Set<() => void>();
  /** Parts of the last period in which requests began, oldest first. */
  readonly #begun: { readonly part: number; count: number }[] = [];
  #begunCount = 0;
  #running = 0;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @throws OsirisError `http.invalid_limit` for what is no number from 1 (the period: above 0) */
  constructor(limit: RateLimit) {
    this.#concurrent = atLeastOne("concurrent", limit.concurrent);
    this.#requests = atLeastOne("requests", limit.requests);
    const periodMs = limit.periodMs ?? 1000;
    if (!(periodMs > 0 && Number.isFinite(periodMs))) throw invalidLimit("periodMs", periodMs);
    this.#partMs = periodMs / PARTS;
  }

  /** Runs `task` when its turn has come. Rejects with the signal's reason when that is aborted first. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#advance();
    }
  }

  /** No request begins within the next `ms`: what the server has asked for. Never shortens an earlier wait. */
  pause(ms: number): void {
    if (ms > 0) this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        if (this.#waiting.size === 0) this.#stopTimer();
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(begin);
      this.#advance();
    });
  }

  /** Begins all whose turn it is; of the others, the clock or a request that ends calls again. */
  #advance(): void {
    for (const begin of this.#waiting) {
      if (this.#running >= this.#concurrent) return;
      const waitMs = this.#waitMs(performance.now());
      if (waitMs > 0) {
        this.#callAfter(waitMs);
        return;
      }
      this.#waiting.delete(begin);
      this.#running += 1;
      begin();
    }
  }

  /** Until the next request may begin; if it may now, it is counted. */
  #waitMs(now: number): number {
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    if (this.#requests === Infinity) return 0;
    const part = Math.floor(now / this.#partMs);
    this.#forgetBefore(part - PARTS);
    const oldest = this.#begun[0];
    if (oldest !== undefined && this.#begunCount >= this.#requests) {
      return (oldest.part + PARTS + 1) * this.#partMs - now;
    }
    const newest = this.#begun.at(-1);
    if (newest?.part === part) newest.count += 1;
    else this.#begun.push({ part, count: 1 });
    this.#begunCount += 1;
    return 0;
  }

  #forgetBefore(part: number): void {
    for (let oldest = this.#begun[0]; oldest !== undefined && oldest.part < part; oldest = this.#begun[0]) {
      this.#begunCount -= oldest.count;
      this.#begun.shift();
    }
  }

  #callAfter(waitMs: number): void {
    if (this.#timer !== undefined) return;
    const call = (): void => {
      this.#timer = undefined;
      this.#advance();
    };
    this.#timer = setTimeout(call, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function atLeastOne(name: string, value = Infinity): number {
  if (!(value >= 1)) throw invalidLimit(name, value);
  return value;
}

function invalidLimit(name: string, value: number): OsirisError {
  return new OsirisError({
    code: "http.invalid_limit",
    category: "usage",
    message: `A rate limit cannot have ${name} = ${value}`,
    hint: "Numbers of requests begin at 1, a period is longer than 0.",
  });
}

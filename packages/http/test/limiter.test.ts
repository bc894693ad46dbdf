import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Limiter } from "@osiris/http";

const never = new AbortController().signal;

/** A task that ends when it is told to. */
function task(): {
  readonly run: () => Promise<void>;
  readonly end: () => void;
  readonly begun: () => boolean;
} {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = false;
  return {
    run: () => {
      begun = true;
      return promise;
    },
    end: resolve,
    begun: () => begun,
  };
}

const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("at once", () => {
  test("at most so many, in the order in which they came, and a failure gives its place back", async () => {
    const limiter = new Limiter({ concurrent: 2 });
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        limiter.run(async () => {
          order.push(n);
          most = Math.max(most, ++running);
          await turns();
          running -= 1;
          if (n % 3 === 0) throw new Error("fails");
          return n;
        }, never),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(results[1]).toEqual({ status: "fulfilled", value: 1 });
    expect(results[3]).toMatchObject({ status: "rejected" });
  });

  test("who leaves the queue takes no place", async () => {
    const limiter = new Limiter({ concurrent: 1 });
    const [first, second, third] = [task(), task(), task()];
    const controller = new AbortController();
    const reason = new Error("enough");
    const one = limiter.run(first.run, never);
    const two = limiter.run(second.run, controller.signal);
    const three = limiter.run(third.run, never);
    controller.abort(reason);
    await expect(two).rejects.toBe(reason);
    first.end();
    await one;
    await turns();
    expect(second.begun()).toBe(false);
    expect(third.begun()).toBe(true);
    third.end();
    await three;
    await expect(limiter.run(first.run, controller.signal)).rejects.toBe(reason);
  });
});

describe("in a period", () => {
  test("never more than allowed in any window", async () => {
    const limiter = new Limiter({ requests: 5, periodMs: 200 });
    const begun: number[] = [];
    await Promise.all(
      Array.from({ length: 17 }, () => limiter.run(async () => void begun.push(performance.now()), never)),
    );
    const windows = begun.slice(5).map((moment, n) => moment - (begun[n] ?? 0));
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(200);
    expect(begun).toHaveLength(17);
  });

  test("also counts those that began long before in it", async () => {
    const limiter = new Limiter({ requests: 5, periodMs: 400 });
    const begun: number[] = [];
    const five = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 5 }, () => limiter.run(async () => void begun.push(performance.now()), never)),
      );
    await five();
    await sleep(300);
    await five();
    expect((begun[5] ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(400);
  });

  test("a pause holds all that wait, longer ones win, and shorter ones do not shorten it", async () => {
    const limiter = new Limiter({ requests: 1000 });
    const start = performance.now();
    limiter.pause(300);
    limiter.pause(50);
    limiter.pause(-1);
    limiter.pause(Number.NaN);
    const begun = await Promise.all(
      Array.from({ length: 3 }, () => limiter.run(async () => performance.now() - start, never)),
    );
    expect(Math.min(...begun)).toBeGreaterThanOrEqual(299);
  });

  test("a wait ends with its signal", async () => {
    const limiter = new Limiter({});
    limiter.pause(1_000_000_000_000);
    const controller = new AbortController();
    const waiting = limiter.run(async () => {}, controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

test.each([{ concurrent: 0 }, { requests: 0 }, { requests: Number.NaN }, { requests: 1, periodMs: 0 }])(
  "%j is refused",
  (limit) => {
    expect(() => new Limiter(limit)).toThrow(expect.objectContaining({ code: "http.invalid_limit" }));
  },
);

import { OsirisError } from "@osiris/core";
import { expect, test } from "vitest";
import { retrying, type Retry } from "@osiris/http";
import { failure } from "./failure.ts";

const never = new AbortController().signal;

function busy(retryAfterMs?: number): OsirisError {
  return new OsirisError({
    code: "http.rate_limited",
    category: "external",
    message: "Too often.",
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

test("tries until it works, and waits longer each time, half of it by chance", async () => {
  const retries: Retry[] = [];
  let calls = 0;
  const result = await retrying(
    async () => {
      if (++calls < 4) throw busy();
      return calls;
    },
    { delayMs: 10, maxDelayMs: 20, onRetry: (retry) => retries.push(retry) },
    never,
  );
  expect(result).toBe(4);
  expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  for (const [n, longest] of [10, 20, 20].entries()) {
    expect(retries[n]?.waitMs).toBeGreaterThanOrEqual(longest / 2);
    expect(retries[n]?.waitMs).toBeLessThanOrEqual(longest);
  }
});

test("gives up after the last retry, and at once where another try is no use", async () => {
  let calls = 0;
  const attempt = async (): Promise<never> => {
    calls += 1;
    throw busy();
  };
  await expect(retrying(attempt, { maxRetries: 2, delayMs: 1 }, never)).rejects.toThrow("Too often.");
  expect(calls).toBe(3);
  const final = new OsirisError({ code: "http.refused", category: "usage", message: "No" });
  const refuse = async (): Promise<never> => {
    calls += 1;
    throw final;
  };
  await expect(retrying(refuse, {}, never)).rejects.toBe(final);
  expect(calls).toBe(4);
});

test("waits as long as the server asks for, and not less than by itself", async () => {
  const retries: Retry[] = [];
  const asks = [60, 0];
  await retrying(
    async () => {
      const asked = asks.shift();
      if (asked !== undefined) throw busy(asked);
    },
    { delayMs: 10, onRetry: (retry) => retries.push(retry) },
    never,
  );
  expect(retries[0]?.waitMs).toBe(60);
  expect(retries[1]?.waitMs).toBeGreaterThanOrEqual(10);
});

test("a longer wait than allowed is final, and says what was asked", async () => {
  let calls = 0;
  const error = await failure(
    retrying(
      async () => {
        calls += 1;
        throw busy(2 * 3_600_000);
      },
      { maxWaitMs: 900_000 },
      never,
    ),
  );
  expect(calls).toBe(1);
  expect(error).toMatchObject({
    code: "http.rate_limited",
    retryable: false,
    retryAfterMs: 7_200_000,
    message:
      "Too often. The server asks to wait 2 hours, which is more than the 15 minutes that are allowed.",
  });
});

test.each([
  [3 * 86_400_000, "3 days"],
  [1e20, "more than 10000 days"],
])("a wait of %d ms is told as %s", async (asked, text) => {
  const refused = retrying(
    async () => {
      throw busy(asked);
    },
    {},
    never,
  );
  expect((await failure(refused)).message).toContain(`asks to wait ${text}, which`);
});

test("ends with its signal: before, while it waits, and after an attempt that failed because of it", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const waiting = retrying(
    async () => {
      throw busy(1_000_000);
    },
    { maxWaitMs: 2_000_000, onRetry: () => queueMicrotask(() => controller.abort(reason)) },
    controller.signal,
  );
  await expect(waiting).rejects.toBe(reason);
  let calls = 0;
  const count = async (): Promise<number> => ++calls;
  await expect(retrying(count, {}, controller.signal)).rejects.toBe(reason);
  expect(calls).toBe(0);
  const late = new AbortController();
  const failing = retrying(
    async () => {
      late.abort(reason);
      throw busy();
    },
    {},
    late.signal,
  );
  await expect(failing).rejects.toThrow("Too often.");
});

test("a wait longer than a timer can be is not none", async () => {
  let calls = 0;
  const attempt = async (): Promise<never> => {
    calls += 1;
    throw busy(2 ** 32);
  };
  await expect(retrying(attempt, { maxWaitMs: Infinity }, AbortSignal.timeout(50))).rejects.toThrow(
    "timeout",
  );
  expect(calls).toBe(1);
});

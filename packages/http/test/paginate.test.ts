import * as fc from "fast-check";
import type { JsonValue } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { paginate, type PageRequests } from "@osiris/http";
import { failure } from "./failure.ts";
import { client, serve } from "./servers.ts";

const never = new AbortController().signal;

/** Pages that are their own cursors: the one behind n is n + 1, up to `last`. */
function counting(last: number): PageRequests<number, number> {
  return {
    start: undefined,
    fetch: async (cursor = 0) => cursor,
    next: (page) => (page < last ? page + 1 : undefined),
    signal: never,
  };
}

async function all<Page, Cursor extends JsonValue>(requests: PageRequests<Page, Cursor>): Promise<Page[]> {
  const pages = [];
  for await (const { page } of paginate(requests)) pages.push(page);
  return pages;
}

const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("pages", () => {
  test("come in order, with the cursor of the next", async () => {
    const pages = [];
    for await (const paged of paginate(counting(2))) pages.push(paged);
    expect(pages).toEqual([
      { page: 0, next: 1, truncated: false },
      { page: 1, next: 2, truncated: false },
      { page: 2, next: undefined, truncated: false },
    ]);
    expect(await all({ ...counting(4), start: 3 })).toEqual([3, 4]);
  });

  test("of a server: the next one is under way while the caller works, and no further one", async () => {
    const asked: string[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end(JSON.stringify({ next: asked.length < 4 ? asked.length : null }));
    });
    const { fetch } = client();
    const pages = paginate<{ next: number | null }, number>({
      start: undefined,
      fetch: async (cursor = 0, signal) => {
        const response = await fetch(`${origin}/${cursor}`, { signal });
        return (await response.json()) as { next: number | null };
      },
      next: ({ next }) => next ?? undefined,
      signal: never,
    });
    const counts = [];
    for await (const _ of pages) {
      while (asked.length < Math.min(4, counts.length + 2)) await turns();
      for (let n = 0; n < 20; n++) await turns();
      counts.push(asked.length);
    }
    expect(counts).toEqual([2, 3, 4, 4]);
    expect(asked).toEqual(["/0", "/1", "/2", "/3"]);
  });

  test("beyond maxPages are an error, or left out where that is allowed", async () => {
    expect(await all({ ...counting(2), maxPages: 3 })).toEqual([0, 1, 2]);
    expect(await failure(all({ ...counting(3), maxPages: 3 }))).toMatchObject({
      code: "http.too_many_pages",
    });
    const paged = [];
    const asked: (number | undefined)[] = [];
    const requests: PageRequests<number, number> = {
      ...counting(9),
      fetch: async (cursor) => {
        asked.push(cursor);
        return cursor ?? 0;
      },
    };
    for await (const page of paginate({ ...requests, maxPages: 2, allowTruncated: true })) paged.push(page);
    expect(paged.map(({ truncated }) => truncated)).toEqual([false, true]);
    expect(asked).toEqual([undefined, 1]);
  });
});

describe("circles", () => {
  test.each([
    [0, 1],
    [0, 3],
    [10, 1],
    [1, 2],
    [1000, 7],
  ])("after %i pages, of %i", async (before, length) => {
    let pages = 0;
    const requests: PageRequests<number, string> = {
      start: undefined,
      fetch: async (cursor) => {
        pages += 1;
        return cursor === undefined ? 0 : Number(cursor);
      },
      next: (page) => String(page + 1 < before + length ? page + 1 : before),
      signal: never,
    };
    expect(await failure(all(requests))).toMatchObject({ code: "http.cursor_repeated", retryable: false });
    expect(pages).toBeLessThanOrEqual(length === 1 ? before + 2 : 3 * (before + length) + 3);
  });

  test("at the place where it began", async () => {
    const requests = { ...counting(9), start: 5, next: () => 5 };
    expect(await failure(all(requests))).toMatchObject({ code: "http.cursor_repeated" });
  });

  const fetch = async (cursor = 0): Promise<number> => cursor;

  test("are always found", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (before, length) => {
        const next = (page: number): number => (page < before + length ? page + 1 : before);
        const pages = all({ start: undefined, fetch, next, signal: never });
        expect(await failure(pages)).toMatchObject({ code: "http.cursor_repeated" });
      }),
    );
  });

  test("are never seen where there is none", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.jsonValue(), { selector: (json) => JSON.stringify(json) }),
        async (cursors) => {
          const requests: PageRequests<number, JsonValue> = {
            start: undefined,
            fetch: async (cursor) =>
              cursor === undefined ? 0 : cursors.indexOf(cursor as (typeof cursors)[number]) + 1,
            next: (page) => cursors[page] as JsonValue | undefined,
            signal: never,
          };
          expect(await all(requests)).toHaveLength(cursors.length + 1);
        },
      ),
    );
  });
});

describe("the end", () => {
  /** Pages of which all but the first wait for their signal. */
  function waiting(signal = never): {
    readonly requests: PageRequests<number, number>;
    readonly ended: string[];
  } {
    const ended: string[] = [];
    const fetch = async (cursor = 0, signal: AbortSignal): Promise<number> => {
      if (cursor === 0) return 0;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await turns();
      ended.push(String(signal.reason));
      throw signal.reason;
    };
    return { requests: { ...counting(9), fetch, signal }, ended };
  }

  test("leaving the loop cancels the page under way and waits for it", async () => {
    const { requests, ended } = waiting();
    for await (const _ of paginate(requests)) break;
    expect(ended).toEqual(["AbortError: No further page is needed"]);
    const thrown = waiting();
    const loop = async (): Promise<void> => {
      for await (const _ of paginate(thrown.requests)) throw new Error("of the caller");
    };
    await expect(loop()).rejects.toThrow("of the caller");
    expect(thrown.ended).toHaveLength(1);
  });

  test("the signal ends the wait for a page", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { requests } = waiting(controller.signal);
    const pages = paginate(requests);
    await pages.next();
    const second = pages.next();
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(all(requests)).rejects.toBe(reason);
  });

  test("a page that fails while the caller works on the one before fails when it is asked for", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const fetch = async (cursor = 0): Promise<number> => {
      if (cursor > 0) throw new Error(`page ${cursor}`);
      return cursor;
    };
    const pages = paginate({ ...counting(9), fetch });
    expect(await pages.next()).toMatchObject({ value: { page: 0 } });
    for (let n = 0; n < 5; n++) await turns();
    await expect(pages.next()).rejects.toThrow("page 1");
    const left = paginate({ ...counting(9), fetch });
    await left.next();
    await turns();
    await left.return();
    await turns();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

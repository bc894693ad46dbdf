import { OsirisError, type JsonValue } from "@osiris/core";
import { CircleDetector } from "./circle-detector.ts";

export interface PageRequests<Page, Cursor extends JsonValue> {
  /** Where to begin; undefined: at the beginning. */
  readonly start: Cursor | undefined;
  /** Asks for the page behind a cursor. Called for one page at a time. */
  readonly fetch: (cursor: Cursor | undefined, signal: AbortSignal) => Promise<Page>;
  /** The cursor of the page after this one; undefined: this was the last. */
  readonly next: (page: Page) => Cursor | undefined;
  /** More pages are an error, `http.too_many_pages`, in place of the last that is allowed. @default no limit */
  readonly maxPages?: number;
  /** End quietly at maxPages. @default false */
  readonly allowTruncated?: boolean;
  readonly signal: AbortSignal;
}

/** A page, and where the next one is; undefined on the last. */
export interface Paged<Page, Cursor> {
  readonly page: Page;
  readonly next: Cursor | undefined;
  /** There are more pages, and `maxPages` leaves them out. */
  readonly truncated: boolean;
}

/**
 * Asks for page after page. While the caller uses one page, the next is already under way: at most two are in memory. A cursor
 * that comes a second time is an error (`http.cursor_repeated`), also in a circle of several: a cursor that is that of the page
 * itself is seen at once, a circle before three times as many pages have been read as it took to come round. Leaving the loop
 * cancels what is under way and waits for its end.
 */
export async function* paginate<Page, Cursor extends JsonValue>(
  requests: PageRequests<Page, Cursor>,
): AsyncGenerator<Paged<Page, Cursor>, void, void> {
  const { signal, maxPages = Infinity, allowTruncated = false } = requests;
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const circles = new CircleDetector(requests.start);
  let underWay: Promise<Page> | undefined = begin(requests, requests.start, controller.signal);
  try {
    for (let count = 1; underWay !== undefined; count++) {
      const page: Page = await underWay;
      underWay = undefined;
      const next = requests.next(page);
      if (next !== undefined && circles.closesWith(next)) throw cursorRepeated();
      const truncated = next !== undefined && count >= maxPages;
      if (truncated && !allowTruncated) throw tooManyPages(maxPages);
      if (next !== undefined && !truncated) underWay = begin(requests, next, controller.signal);
      yield { page, next, truncated };
    }
  } finally {
    signal.removeEventListener("abort", abort);
    controller.abort(new DOMException("No further page is needed", "AbortError"));
    // How it ends tells nobody anything: it was cancelled, or its error is the one on its way.
    await underWay?.catch(() => {});
  }
}

/** A page that fails while the caller uses the one before it is reported when its turn comes, not as an unhandled rejection. */
function begin<Page, Cursor extends JsonValue>(
  { fetch }: PageRequests<Page, Cursor>,
  cursor: Cursor | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const page = (async () => await fetch(cursor, signal))();
  page.catch(() => {});
  return page;
}

function cursorRepeated(): OsirisError {
  return new OsirisError({
    code: "http.cursor_repeated",
    category: "external",
    message: "The server gives a cursor that it gave before: its pages go round in a circle and never end.",
    hint: "Check that the request passes the cursor on and that the fields of the cursor are the right ones; else the server is at fault.",
  });
}

function tooManyPages(maxPages: number): OsirisError {
  return new OsirisError({
    code: "http.too_many_pages",
    category: "usage",
    message: `There are more than ${maxPages} page${maxPages === 1 ? "" : "s"}, the most that are allowed.`,
    hint: "Allow more pages, ask for larger ones, or say that the result may be incomplete.",
  });
}

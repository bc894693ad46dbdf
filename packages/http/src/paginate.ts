import type { JsonValue } from "@osiris/core";

export interface PageRequests<Page, Cursor extends JsonValue> {
  /** Where to begin; undefined: at the beginning. */
  readonly start: Cursor | undefined;
  /** Asks for the page behind a cursor. Called for one page at a time. */
  readonly fetch: (cursor: Cursor | undefined, signal: AbortSignal) => Promise<Page>;
  /** The cursor of the page after this one; undefined: this was the last. */
  readonly next: (page: Page) => Cursor | undefined;
  /** More pages are an error, `http.too_many_pages`. @default no limit */
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
 * that comes a second time is an error (`http.cursor_repeated`), also in a circle of several. Leaving the loop cancels what is
 * under way.
 */
export async function* paginate<Page, Cursor extends JsonValue>(
  requests: PageRequests<Page, Cursor>,
): AsyncGenerator<Paged<Page, Cursor>, void, void> {
  let cursor = requests.start;
  do {
    const page = await requests.fetch(cursor, requests.signal);
    cursor = requests.next(page);
    yield { page, next: cursor, truncated: false };
  } while (cursor !== undefined);
}

import { OsirisError } from "@osiris/core";
import { paginate } from "@osiris/http";
import type { GraphqlConfig } from "../config.ts";
import type { QueryPlan } from "../query/query-plan.ts";
import type { Answer, Execute, Variables } from "../transport/session.ts";
import { valueOf, type Cursor } from "./cursor.ts";
import { rowFinder, type FindRows } from "./find-rows.ts";
import type { Page } from "./page.ts";
import { brokenPages, strategyOf, type Strategy } from "./strategies.ts";

export interface PagesRequest {
  readonly plan: QueryPlan;
  readonly config: GraphqlConfig;
  readonly execute: Execute;
  /** Of the query, beside the one that pages set. */
  readonly variables: Variables;
  /** Where an earlier attempt has come to. @default the beginning */
  readonly after?: { readonly cursor: Cursor; readonly pages: number } | undefined;
  readonly signal: AbortSignal;
}

export interface ReadPage {
  readonly page: Page;
  /** undefined: it is the last. */
  readonly next: Cursor | undefined;
  /** There are more pages, and max_pages leaves them out. */
  readonly truncated: boolean;
}

/** Reads page after page, one request ahead of the caller. */
export async function* readPages(request: PagesRequest): AsyncGenerator<ReadPage, void, void> {
  const { plan, config, after } = request;
  const { pagination } = plan;
  const strategy = pagination === undefined ? ONCE : strategyOf(pagination, config.row_key);
  const find = rowFinder(plan.rows);
  let number = after?.pages ?? 0;
  const pages = paginate<Page, Cursor>({
    start: after?.cursor,
    fetch: async (cursor, signal) => {
      const variables = { ...request.variables, ...pageVariable(plan, strategy, cursor) };
      const { text, operationName } = plan;
      const answer = await request.execute({ text, operationName, variables }, signal);
      return toPage(answer, { number: ++number, cursor, find });
    },
    next: (page) => strategy.next(page),
    ...(config.max_pages === 0 ? {} : { maxPages: config.max_pages - number }),
    allowTruncated: true,
    signal: request.signal,
  });
  for await (const read of pages) {
    if (read.truncated && !config.allow_truncated) throw tooManyPages(config.max_pages);
    yield read;
  }
}

/** One request is all. */
const ONCE: Strategy = { first: undefined, next: () => undefined };

function pageVariable({ pagination }: QueryPlan, strategy: Strategy, cursor: Cursor | undefined): Variables {
  if (pagination === undefined) return {};
  const value = cursor === undefined ? strategy.first : valueOf(cursor);
  return value === undefined ? {} : { [pagination.variable]: value };
}

function toPage(
  answer: Answer,
  at: { readonly number: number; readonly cursor: Cursor | undefined; readonly find: FindRows },
): Page {
  const { number, cursor } = at;
  const found = at.find(answer.body);
  // A connection may be null from the start; one that an error has made null, or that was there before, is not at its end.
  if (found.missing && (answer.errors.length > 0 || number > 1)) {
    throw brokenPages({ number, answer }, "there is null where the rows would be");
  }
  return { number, cursor, answer, ...found };
}

function tooManyPages(max: number): OsirisError {
  return new OsirisError({
    code: "graphql.too_many_pages",
    category: "usage",
    message: `There are more than ${max} pages (max_pages)`,
    hint: "Set max_pages higher, or allow_truncated: true to leave the rest out.",
  });
}

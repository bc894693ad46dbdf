import { hash } from "node:crypto";
import { losslessJson, OsirisError, type JsonInput } from "@osiris/core";
import { isObject, kindOf } from "../json.ts";
import type { PaginationPlan, ResponsePath } from "../query/query-plan.ts";
import { memberAt } from "../rows/json-values.ts";
import { summary } from "../transport/graphql-errors.ts";
import type { JsonObject } from "../transport/session.ts";
import { valueAt } from "./at-path.ts";
import { cursorOf, valueOf, type Cursor } from "./cursor.ts";
import type { Page } from "./page.ts";

/** How one kind of pagination goes from page to page. */
export interface Strategy {
  /** The variable's value on the first page; undefined: as the config has it. */
  readonly first: JsonInput | undefined;
  /** Where the next page begins; undefined: this was the last. */
  next(page: Page): Cursor | undefined;
}

type Plan<Kind> = Extract<PaginationPlan, { readonly kind: Kind }>;

/** @param rowKey the fields that identify a row, where it has them */
export function strategyOf(plan: PaginationPlan, rowKey: readonly string[]): Strategy {
  if (plan.kind === "relay") return relay(plan);
  return plan.kind === "keyset" ? keyset(plan) : counted(plan, rowKey);
}

/** See https://relay.dev/graphql/connections.htm */
function relay({ cursor, hasNext }: Plan<"relay">): Strategy {
  return {
    first: undefined,
    next: (page) => {
      if (!saysMore(page, hasNext)) return undefined;
      const value = valueAt(page.answer.body, cursor, "the connection's cursor");
      if (value !== null && value !== "") return cursorOf(value);
      throw brokenPages(
        page,
        `${hasNext.join(".")} is true, and ${cursor.join(".")} is ${value === null ? "null" : "empty"}`,
      );
    },
  };
}

/** By offset, or by page number. Without a word of the server the first empty page is the last. */
function counted(plan: Plan<"offset" | "page">, rowKey: readonly string[]): Strategy {
  const { kind, start, hasNext } = plan;
  let before: string | undefined;
  return {
    first: start,
    next: (page) => {
      const count = kind === "page" && hasNext !== undefined ? 0 : countOf(page, plan.field);
      const isMore = hasNext === undefined ? count > 0 : saysMore(page, hasNext);
      if (!isMore) return undefined;
      const content = hash("sha1", keysOf(page.rows, rowKey) ?? losslessJson(page.rows));
      if (page.rows.length > 0 && content === before) throw repeatedPage(page);
      before = content;
      const here = page.cursor === undefined ? start : Number(valueOf(page.cursor));
      return cursorOf(here + (kind === "page" ? 1 : count));
    },
  };
}

/** How far an offset goes on: by the items of the list that has the pages, however many rows each of them makes. */
function countOf(page: Page, field: ResponsePath | undefined): number {
  const { list, missing } = page;
  if (missing && list === undefined) return 0;
  if (list === undefined) {
    throw brokenPages(
      page,
      "there is no list on the way to the rows (data_path), so nobody knows where the pages end",
    );
  }
  const { path, length } = list;
  if (field === undefined || field.length <= path.length || path.some((key, at) => field[at] !== key))
    return length;
  throw brokenPages(page, `${path.join(".")} is a list, and each of its items has pages of its own`);
}

/** What identifies the rows; undefined where one does not have it. */
function keysOf(rows: readonly JsonObject[], rowKey: readonly string[]): string | undefined {
  const keys = rows.map((row) => rowKey.map((name) => row[name] ?? null));
  return rows.length === 0 || keys.flat().includes(null) ? undefined : losslessJson(keys);
}

/** After the last row's key. */
function keyset({ key, hasNext }: Plan<"keyset">): Strategy {
  return {
    first: undefined,
    next: (page) => {
      if (hasNext !== undefined && !saysMore(page, hasNext)) return undefined;
      const [last, previous] = page.rows.slice(-2).toReversed();
      assertOfList(page);
      if (last !== undefined) {
        const cursor = cursorOf(keyOf(last, key, page));
        if (cursor !== cursorOf(memberAt(previous, key) ?? null)) return cursor;
        throw sharedKey(page, key, cursor);
      }
      if (hasNext === undefined && page.nulls === 0) return undefined;
      throw brokenPages(page, "there is said to be more, and no row whose key it could begin after");
    },
  };
}

function keyOf(row: JsonObject, key: ResponsePath, page: Page): JsonInput {
  const value = valueAt(row, key, "pagination_key", "row");
  const isKey = value !== null && typeof value !== "boolean" && !Array.isArray(value) && !isObject(value);
  if (isKey) return value;
  throw brokenPages(
    page,
    `the last row's ${key.join(".")} is ${kindOf(value)}, so the next page has no beginning`,
  );
}

/** What an answer says of a next page. Silence is never taken for the end. */
function saysMore(page: Page, path: ResponsePath): boolean {
  const value = valueAt(page.answer.body, path, "whether there is a next page");
  if (typeof value === "boolean") return value;
  // A connection that is null from the start has no pages.
  if (value === null && page.missing && page.number === 1) return false;
  throw brokenPages(page, `${path.join(".")} is ${kindOf(value)}, so nobody knows whether there is more`);
}

/** A page whose rows data_path has left out, or made of lists inside of its items, has another last key, or none. */
function assertOfList(page: Page): void {
  const came = page.rows.length + page.nulls;
  const length = page.list?.length ?? came;
  if (length === came || (length > came && came > 0)) return;
  throw brokenPages(
    page,
    `data_path makes ${came} rows of its ${length} items, so that no row's key says where the next begins`,
  );
}

/** Where two rows have one key a page may end between them, and the next one would begin after both. */
function sharedKey({ number }: Page, key: ResponsePath, cursor: Cursor): OsirisError {
  return new OsirisError({
    code: "graphql.shared_key",
    category: "usage",
    message: `Page ${number}: the last two rows have the same ${key.join(".")} (pagination_key), ${cursor}, and a further one would be left out`,
    hint: "Go by a key that no two rows share, such as id, and have the server sort by it.",
  });
}

/** Without this a server that does not know the variable, or gives its last page for all after it, would be read for ever. */
function repeatedPage({ number }: Page): OsirisError {
  return new OsirisError({
    code: "graphql.repeated_page",
    category: "external",
    message: `Page ${number} has the same rows as the one before it: the server does not go by the query's variable, or no further`,
    hint: "Check that the query uses the variable where the API takes it. If pages are to end there, set pagination_path; if the rows are others and look the same, select what identifies them, and name it in row_key.",
  });
}

/** The error of pages that do not say how they go on. */
export function brokenPages({ number, answer }: Pick<Page, "number" | "answer">, why: string): OsirisError {
  const said = answer.errors.length === 0 ? "" : `; the API says: ${summary(answer.errors)}`;
  return new OsirisError({
    code: "graphql.broken_pages",
    category: "external",
    message: `Page ${number}: ${why}${said}`,
    hint: "To end here would leave rows out. Check the query, or choose another kind of pagination.",
  });
}

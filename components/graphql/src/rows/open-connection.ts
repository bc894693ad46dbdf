import { isJsonNumeral, OsirisError, type JsonInput, type JsonNumeral } from "@osiris/core";
import { CircleDetector } from "@osiris/http";
import { cursorOf } from "../pages/cursor.ts";
import type { NestedConnection } from "../query/query-plan.ts";
import type { Execute, JsonObject, Variables } from "../transport/session.ts";
import { isObject, kindOf } from "../json.ts";
import { isList, member, memberAt } from "./json-values.ts";

/** A number may have more digits than a double holds. */
type ParentId = string | number | JsonNumeral;

/** A connection of one object that has a further page. */
export interface OpenConnection {
  readonly connection: NestedConnection;
  readonly parentId: ParentId;
  readonly parentType: string;
  readonly cursor: JsonInput;
  /** Watches the cursors of its pages. */
  readonly circle: CircleDetector;
}

/**
 * What is left of a connection after the page inside of its object; undefined for nothing.
 * @throws OsirisError when the answer does not say whether there is more, or how to ask for it
 */
export function openConnection(
  connection: NestedConnection,
  page: JsonObject,
  holder: JsonObject,
): OpenConnection | undefined {
  const parentId = member(holder, connection.parentKey);
  const shown = `${connection.name} of ${JSON.stringify(parentId ?? null)}`;
  const cursor = nextCursor(connection, page, shown);
  if (cursor === undefined) return undefined;
  const parentType = member(holder, connection.parentType);
  if (!isId(parentId) || typeof parentType !== "string") {
    throw failed(
      "no_parent_key",
      `${connection.name} has further pages, but its parent has no ${connection.parentKey} to ask for them by`,
    );
  }
  return { connection, parentId, parentType, cursor, circle: new CircleDetector(cursorOf(cursor)) };
}

function isId(value: JsonInput | undefined): value is ParentId {
  if (typeof value === "object") return value !== null && isJsonNumeral(value);
  return typeof value === "string" || typeof value === "number";
}

/** What is left after one more page. */
export function afterPage(open: OpenConnection, page: JsonObject): OpenConnection | undefined {
  const shown = describe(open);
  const cursor = nextCursor(open.connection, page, shown);
  if (cursor === undefined) return undefined;
  if (open.circle.closesWith(cursorOf(cursor))) {
    throw failed(
      "cursor_repeated",
      `${shown}: the server gave the same cursor twice, so its pages would never end`,
    );
  }
  return { ...open, cursor };
}

/** Asks for the next page: the connection's object. */
export async function nextPage(
  open: OpenConnection,
  execute: Execute,
  variables: Variables,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { connection, parentId, parentType, cursor } = open;
  const used = Object.fromEntries(
    Object.entries(variables).filter(([name]) => connection.variables.includes(name)),
  );
  const keys = { [connection.idVariable]: parentId, [connection.cursorVariable]: cursor };
  const request = { ...connection.followUp(parentType), variables: { ...used, ...keys } };
  const { body } = await execute(request, signal);
  const page = memberAt(body, connection.answer);
  if (isObject(page)) {
    const items = member(page, connection.items);
    if (isList(items)) return page;
    throw failed("no_items", `${describe(open)}: its next page has no list of items: it is ${kindOf(items)}`);
  }
  throw failed(
    "parent_gone",
    `${describe(open)}: the server has no further page, though it had said that there was one`,
    "The object may have been deleted while it was read. Run the pipeline again; when it keeps failing, set how the object is found under nested.",
  );
}

/** The items of a page; none where the answer has null. */
export function itemsOf({ items }: NestedConnection, page: JsonObject): readonly JsonInput[] {
  const found = member(page, items);
  return isList(found) ? found : [];
}

export function describe({ connection, parentType, parentId }: OpenConnection): string {
  return `${connection.name} of ${parentType} ${JSON.stringify(parentId)}`;
}

function nextCursor(connection: NestedConnection, page: JsonObject, shown: string): JsonInput | undefined {
  const hasNext = memberAt(page, connection.hasNext);
  if (hasNext === false) return undefined;
  if (hasNext !== true) {
    throw failed(
      "no_page_info",
      `${shown}: the answer does not say whether there is a next page (${connection.hasNext.join(".")})`,
    );
  }
  const cursor = memberAt(page, connection.cursor);
  if (cursor !== null && cursor !== undefined) return cursor;
  throw failed(
    "no_cursor",
    `${shown}: there is a next page, but no cursor to ask for it (${connection.cursor.join(".")})`,
  );
}

function failed(name: string, message: string, hint?: string): OsirisError {
  return new OsirisError({
    code: `graphql.${name}`,
    category: "external",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

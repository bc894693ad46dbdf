import type { JsonInput } from "@osiris/core";
import { parseJson } from "@osiris/http";

/**
 * Where a page begins, as JSON text: it is compared, and kept in checkpoints, and a number beyond what a double holds stays
 * what it is.
 */
export type Cursor = string;

export function cursorOf(value: JsonInput): Cursor {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

/** The value for the query's variable. */
export function valueOf(cursor: Cursor): JsonInput {
  return parseJson(cursor);
}

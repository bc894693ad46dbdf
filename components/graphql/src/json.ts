import { isJsonNumeral, type JsonInput } from "@osiris/core";
import type { JsonObject } from "./transport/session.ts";

/** True for a JSON object; a number that is kept by its text is none. */
export function isObject(value: JsonInput | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isJsonNumeral(value);
}

/** What a JSON value is, for messages. */
export function kindOf(value: JsonInput | undefined): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  if (typeof value === "string") return "a text";
  return typeof value === "boolean" ? "true or false" : "a number";
}

import type { JsonInput } from "@osiris/core";
import { isObject } from "../json.ts";
import type { JsonObject } from "../transport/session.ts";

/** True for what was a list in an answer. */
export function isList(value: JsonInput | undefined): value is readonly JsonInput[] {
  return Array.isArray(value);
}

/** A member of an object that an answer has given it; a name such as "constructor" is one only when it came. */
export function member(object: JsonObject, key: string): JsonInput | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What stands at the end of a path, undefined where the path ends before. */
export function memberAt(from: JsonInput | undefined, path: readonly string[]): JsonInput | undefined {
  let value = from;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = member(value, key);
  }
  return value;
}

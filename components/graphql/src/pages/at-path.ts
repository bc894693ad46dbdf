import { OsirisError, type JsonInput } from "@osiris/core";
import { isObject, kindOf } from "../json.ts";
import type { ResponsePath } from "../query/query-plan.ts";

/**
 * The value at a path; null when it, or something on the way to it, is null.
 * @throws OsirisError `graphql.no_such_field` when the answer has no such field
 */
export function valueAt(
  root: JsonInput,
  path: ResponsePath,
  setting: string,
  of: PathRoot = "answer",
): JsonInput {
  let value: JsonInput = root;
  for (const [index, key] of path.entries()) {
    if (value === null) return null;
    const next: JsonInput | undefined = isObject(value) ? value[key] : undefined;
    if (next === undefined) throw noSuchField(value, path.slice(0, index), key, setting, of);
    value = next;
  }
  return value;
}

/** @param parent what stands at `above`, where `key` is looked for */
export function noSuchField(
  parent: JsonInput,
  above: ResponsePath,
  key: string,
  setting: string,
  of: PathRoot = "answer",
): OsirisError {
  const place = above.length === 0 ? `The ${of}` : above.join(".");
  const has = isObject(parent)
    ? `it has ${Object.keys(parent).join(", ") || "no fields"}`
    : `it is ${kindOf(parent)}`;
  return new OsirisError({
    code: "graphql.no_such_field",
    category: "usage",
    message: `${place} has no field "${key}" (${setting}): ${has}`,
    hint: HINTS[of],
  });
}

/** Where a path begins. */
type PathRoot = keyof typeof HINTS;

const HINTS = {
  answer: "A path goes from the answer's root through the names, or aliases, of the query.",
  row: "Every row has to have it: have the query leave rows of other types out.",
} as const;

import { JsonNumeral, OsirisError, type JsonInput, type JsonValue } from "@osiris/core";
import { isObject } from "../json.ts";
import { positionOf, type Position } from "./position.ts";

/** What a run leaves for the next one. */
export interface IncrementalState {
  readonly newest: Position | undefined;
  /** Hashes of the rows that the next run reads again. */
  readonly seen: readonly string[];
}

/** `{ newest, seen }`, as JSON. A number beyond what a double holds is `{ numeral: "…" }`. */
export function stateJson({ newest, seen }: IncrementalState): JsonValue {
  return { newest: newest === undefined ? null : positionJson(newest), seen };
}

/** @throws OsirisError `graphql.foreign_state` for what no run of this component has left */
export function readState(state: JsonValue | undefined): IncrementalState {
  if (state === undefined) return { newest: undefined, seen: [] };
  const { newest, seen = [] } = isObject(state) ? state : {};
  const position = newest === undefined ? undefined : readPosition(newest);
  const areHashes = Array.isArray(seen) && seen.every((hash): hash is string => typeof hash === "string");
  if (position !== undefined && areHashes) return { newest: position, seen };
  throw new OsirisError({
    code: "graphql.foreign_state",
    category: "usage",
    message: 'The state of the step is not of the form { "newest": …, "seen": […] }',
    hint: "Look at it with osiris state, set it right, or begin again with osiris state reset.",
  });
}

export function positionJson({ value }: Position): JsonValue {
  if (value instanceof JsonNumeral) return { numeral: value.numeral };
  return typeof value === "bigint" ? { numeral: String(value) } : (value as JsonValue);
}

export function readPosition(value: JsonInput): Position | undefined {
  if (!isObject(value)) return positionOf(value);
  const { numeral } = value;
  return typeof numeral === "string" && /^-?\d/.test(numeral)
    ? positionOf(new JsonNumeral(numeral))
    : undefined;
}

import type { JsonInput } from "@osiris/core";
import { lossyNumerals, outsideStrings, type FoundNumeral } from "./lossy-numerals.ts";

/**
 * A number from here on is a mark for a numeral: MARK for the first one, 2 * MARK for the second, and so on. A double holds the
 * first 10^13 of them, and tells them apart.
 */
const MARK = 1e295;

/**
 * Parses JSON without losing a digit: like `JSON.parse`, but a numeral comes as a `JsonNumeral`, with its text, where a double does
 * not hold it: where the double's shortest decimal form is another number, and for whole numbers without point and power beyond
 * ±(2^53 - 1). Text that is no JSON throws a SyntaxError, whose message quotes the text.
 */
export function parseJson(text: string): JsonInput {
  const numerals = lossyNumerals(text, MARK);
  if (numerals.length === 0) return JSON.parse(text) as JsonInput;
  try {
    return parseMarked(text, numerals);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  // A mark stands in a string, or this is no JSON: then the error is to speak of the text itself.
  JSON.parse(text);
  return parseMarked(text, outsideStrings(text, numerals));
}

/**
 * Parses with marks in the place of the numerals, and puts the numerals there. In front of a mark is a line break: it means nothing
 * between values, and is an error in a string, which must not be changed.
 */
function parseMarked(text: string, numerals: readonly FoundNumeral[]): JsonInput {
  const pieces: string[] = [];
  let rest = 0;
  numerals.forEach(({ start, end }, index) => {
    pieces.push(text.slice(rest, start), `\n${index + 1}e295`);
    rest = end;
  });
  pieces.push(text.slice(rest));
  const root = [JSON.parse(pieces.join("")) as JsonInput];
  // Not recursive, because JSON may be nested more deeply than the stack is.
  const containers: object[] = [root];
  for (let container = containers.pop(); container !== undefined; container = containers.pop()) {
    restore(container, numerals, containers);
  }
  return root[0] as JsonInput;
}

/** Puts the numerals into an object or array, and adds the objects and arrays inside of it to `containers`. */
function restore(container: object, numerals: readonly FoundNumeral[], containers: object[]): void {
  const restored = (value: unknown): JsonInput | undefined => {
    if (typeof value === "object" && value !== null) containers.push(value);
    const isMark = typeof value === "number" && value >= MARK;
    return isMark ? numerals[Math.round(value / MARK) - 1]?.value : undefined;
  };
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index++) {
      const value = restored(container[index]);
      if (value !== undefined) container[index] = value;
    }
    return;
  }
  const members = container as Record<string, unknown>;
  // oxlint-disable-next-line guard-for-in -- a parsed object inherits nothing that counts
  for (const key in members) {
    const value = restored(members[key]);
    if (value !== undefined) members[key] = value;
  }
}

import type { JsonInput } from "@osiris/core";

/**
 * Parses JSON without losing a digit: like `JSON.parse`, but a numeral that a double does not hold exactly, as its shortest
 * decimal form goes, comes as a `JsonNumeral` with its text. Text that is no JSON throws a SyntaxError.
 */
export function parseJson(text: string): JsonInput {
  return JSON.parse(text) as JsonInput;
}

import { JsonNumeral } from "@osiris/core";

/** A numeral in a text, and what it comes as. */
export interface FoundNumeral {
  readonly start: number;
  readonly end: number;
  readonly value: JsonNumeral | number;
}

/**
 * What only a numeral of more than 15 digits or with a power of three digits has. One class after the other, because V8 then skips
 * most characters; for `{16}` it looks at all of them.
 */
const SUSPICIOUS =
  /[\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.]|[\d.][eE][-+\d]\d\d/g;

/** A numeral with what may follow a value. A colon follows the name of a member. */
const NUMERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s*(?:[,\]}]|$))/y;

const BEFORE_VALUE = new Set(Array.from("[:, \t\n\r", (character) => character.charCodeAt(0)));

/**
 * The numerals that a double does not hold, and those of `reserved` and more, in order. What stands in a string may be among them,
 * where it has the characters around it that a value has.
 */
export function lossyNumerals(text: string, reserved: number): readonly FoundNumeral[] {
  const found: FoundNumeral[] = [];
  SUSPICIOUS.lastIndex = 0;
  while (SUSPICIOUS.test(text)) {
    const start = startOfNumeral(text, SUSPICIOUS.lastIndex - 1);
    const end = endOfNumeral(text, start);
    if (end === undefined) {
      // It is in a string, or this is no JSON. The next quote is in the string or ends it.
      const quote = text.indexOf('"', SUSPICIOUS.lastIndex);
      if (quote === -1) break;
      SUSPICIOUS.lastIndex = quote;
      continue;
    }
    const value = JsonNumeral.exact(text.slice(start, end));
    if (typeof value !== "number" || value >= reserved) found.push({ start, end, value });
    SUSPICIOUS.lastIndex = end;
  }
  return found;
}

/** Goes back from one character of a numeral to the first one. */
function startOfNumeral(text: string, inside: number): number {
  let start = inside;
  while (start > 0 && isOfNumeral(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

/** 0-9 . - + e E */
function isOfNumeral(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || (code | 32) === 101;
}

/** Undefined when no numeral is here that could be a value. */
function endOfNumeral(text: string, start: number): number | undefined {
  if (start > 0 && !BEFORE_VALUE.has(text.charCodeAt(start - 1))) return undefined;
  NUMERAL.lastIndex = start;
  return NUMERAL.test(text) ? NUMERAL.lastIndex : undefined;
}

/** Those of them that stand in no string, in a text that is JSON. */
export function outsideStrings(text: string, numerals: readonly FoundNumeral[]): readonly FoundNumeral[] {
  let stringStart = text.indexOf('"');
  let stringEnd = -1;
  return numerals.filter(({ start }) => {
    while (stringStart !== -1 && stringStart < start) {
      stringEnd = endOfString(text, stringStart);
      if (stringEnd > start) return false;
      stringStart = text.indexOf('"', stringEnd + 1);
    }
    return true;
  });
}

/** The place of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  let backslashes: number;
  do {
    end = text.indexOf('"', end + 1);
    backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
  } while (backslashes % 2 === 1);
  return end;
}

import type { JsonInput } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { exactNumber, isJsonNumeral, JsonNumeral, WHOLE_NUMERAL } from "./json-numeral.ts";
import { plainNumeral } from "./numerals.ts";

/** An object or an array, as JSON text. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A number that is neither a whole one nor what a double prints, as text. */
export class NumeralText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * One value of a row in its one form: a whole number is a `number` when it is a safe integer, else a `bigint`; any
 * other `number` is a double.
 */
export type JsonCell = null | string | boolean | number | bigint | JsonText | NumeralText;

/** Throws when the value cannot stand in a JSON document, or not in a table; the message begins with "it". */
export function jsonCell(value: JsonInput | undefined): JsonCell {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "number") return finite(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return smallest(value);
  if (value === undefined) return null;
  if (typeof value !== "object") throw notJson(`it is a ${typeof value}`);
  return isJsonNumeral(value) ? numeralCell(value.numeral) : new JsonText(jsonText(value));
}

/** The value as JSON text. */
export function cellText(cell: Exclude<JsonCell, null>): string {
  if (cell instanceof JsonText || cell instanceof NumeralText) return cell.text;
  return JSON.stringify(exactNumber("", cell));
}

/**
 * A value as JSON text that keeps all digits of its numbers: what a JSON column takes.
 * @throws OsirisError `table.not_json` for what JSON or a table cannot hold; the message begins with "it"
 */
export function losslessJson(value: JsonInput): string {
  const cell = jsonCell(value);
  return cell === null ? "null" : cellText(cell);
}

/** A JSON value as text; numbers keep their digits. */
function jsonText(value: object): string {
  try {
    return holdsOnlyPlain(value) ? JSON.stringify(value) : JSON.stringify(value, exactNumber);
  } catch (error) {
    if (error instanceof RangeError) throw notJson("it is nested too deeply");
    throw error;
  }
}

/** Checks a value all through. False when it holds numbers that `JSON.stringify` refuses or changes. */
function holdsOnlyPlain(value: unknown): boolean {
  if (typeof value === "string") wellFormed(value);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return !Object.is(finite(value), -0);
  if (typeof value === "bigint") return false;
  if (typeof value !== "object") {
    throw notJson(`it holds a value that is ${value === undefined ? "undefined" : `a ${typeof value}`}`);
  }
  if (isJsonNumeral(value)) return true;
  return Array.isArray(value) ? arrayHoldsOnlyPlain(value) : objectHoldsOnlyPlain(value);
}

function arrayHoldsOnlyPlain(array: readonly unknown[]): boolean {
  let plain = true;
  for (const element of array) plain = holdsOnlyPlain(element) && plain;
  return plain;
}

function objectHoldsOnlyPlain(value: object): boolean {
  // A Date or a Map would be written as something that it is not.
  if (!isPlainObject(value)) throw notJson(`it is or holds an object of the class ${className(value)}`);
  let plain = true;
  for (const key of Object.keys(value)) {
    wellFormed(key);
    plain = holdsOnlyPlain((value as Readonly<Record<string, unknown>>)[key]) && plain;
  }
  return plain;
}

/** True for what a JSON object is parsed to; one that was made in another realm counts too. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return !Array.isArray(value) && Object.getPrototypeOf(prototype) === null;
}

/** Of an object that is no plain one, for errors. */
export function className(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === "function" ? constructor.name : "?";
}

/** The native layer would turn half a surrogate pair into U+FFFD without a word. */
export function wellFormed(text: string): string {
  if (!text.isWellFormed()) {
    throw notJson(
      "it holds half a surrogate pair, which is no character",
      "String.prototype.toWellFormed() replaces such halves, if the source is known to be damaged.",
    );
  }
  return text;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw notJson(`it is ${value}`);
  return value;
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function numeralCell(numeral: string): JsonCell {
  const exact = JsonNumeral.exact(numeral);
  if (typeof exact === "number") return exact;
  return WHOLE_NUMERAL.test(numeral) ? BigInt(numeral) : new NumeralText(plainNumeral(numeral));
}

function notJson(message: string, hint?: string): OsirisError {
  return new OsirisError({
    code: "table.not_json",
    category: "data",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

import {
  isJsonNumeral,
  isOsirisError,
  losslessJson,
  plainNumeral,
  type CellInput,
  type JsonInput,
} from "@osiris/core";
import { Misfit } from "./misfit.ts";
import { parseDuration } from "./duration.ts";

/** A value as the table writer takes it for the column's type; null and undefined are NULL. */
export type Convert = (value: JsonInput | undefined) => CellInput;

/** Digits that a number holds, whatever they are. */
const SAFE_DIGITS = 15;
/** The length of 12:00:00.123456. */
const MICROSECONDS = 15;
/** What toExponential gives at most. No double needs more to be told from its neighbours. */
const MOST_DIGITS = 100;

/**
 * Brings JSON values into the form that a column's type takes. What cannot be meant for the type is refused with a
 * {@link Misfit}; what is out of its range the table writer refuses.
 */
export function converter(column: string, type: string): Convert {
  const convert = scalarConverter(column, type.trim().toUpperCase());
  return (value) => (value === null || value === undefined ? null : convert(value));
}

type ConvertValue = (value: Exclude<JsonInput, null>) => CellInput;

// oxlint-disable-next-line complexity -- a table of types
function scalarConverter(column: string, type: string): ConvertValue {
  const element = /^(?<element>.+)\[\d*\]$/s.exec(type)?.groups?.["element"];
  if (element !== undefined) return listConverter(column, type, converter(column, element));
  switch (type.replace(/\s*\(.*$/s, "")) {
    case "VARCHAR":
    case "TEXT":
    case "STRING":
      return (value) => (typeof value === "string" ? value : scalarText(column, value));
    case "BOOLEAN":
    case "BOOL":
      return (value) => expectType(column, value, "boolean", "true or false");
    case "TINYINT":
    case "SMALLINT":
    case "INTEGER":
    case "INT":
    case "UTINYINT":
    case "USMALLINT":
    case "UINTEGER":
      return (value) => (typeof value === "number" ? value : smallInteger(column, type, value));
    case "BIGINT":
    case "UBIGINT":
    case "HUGEINT":
    case "UHUGEINT":
    case "BIGNUM":
      return (value) => (Number.isSafeInteger(value) ? (value as number) : bigInteger(column, type, value));
    case "FLOAT":
    case "REAL":
    case "DOUBLE":
      return (value) => (typeof value === "number" ? value : double(column, type, value));
    case "DECIMAL":
    case "NUMERIC":
      return (value) => decimal(column, type, value);
    case "JSON":
      return (value) => jsonText(column, value);
    case "INTERVAL":
      return (value) =>
        (typeof value === "string" ? parseDuration(value) : undefined) ??
        refuse(column, value, "an ISO 8601 duration such as P1DT2H");
    case "TIMESTAMP":
    case "TIMESTAMPTZ":
    case "TIMESTAMP WITH TIME ZONE":
    case "TIME":
      return (value) =>
        typeof value === "string" ? shortFraction(value) : refuse(column, value, `text for ${type}`);
    default:
      // Dates, times, UUIDs and the like: a number could mean seconds, milliseconds or days.
      return (value) => expectType(column, value, "string", `text for ${type}`);
  }
}

/** Some servers write more decimals of a second than there are: zeros beyond microseconds say nothing. */
function shortFraction(text: string): string {
  return text.length > MICROSECONDS ? text.replace(/(\.\d{6})0+(?!\d)/, "$1") : text;
}

function listConverter(column: string, type: string, convert: Convert): ConvertValue {
  return (value) => {
    if (!Array.isArray(value)) throw new Misfit(column, value, `a list for ${type}`);
    return (value as readonly JsonInput[]).map((item) => convert(item));
  };
}

function expectType(
  column: string,
  value: Exclude<JsonInput, null>,
  type: "boolean" | "string",
  expected: string,
): CellInput {
  return typeof value === type ? (value as string | boolean) : refuse(column, value, expected);
}

function refuse(column: string, value: JsonInput, expected: string): never {
  throw new Misfit(column, value, expected);
}

function scalarText(column: string, value: Exclude<JsonInput, null>): string {
  if (typeof value !== "object" || isJsonNumeral(value)) return losslessJson(value);
  throw new Misfit(column, value, "a scalar for VARCHAR");
}

/** A value as a typed JSON column takes it. */
export function jsonText(column: string, value: JsonInput): string {
  try {
    return losslessJson(value);
  } catch (error) {
    if (!isOsirisError(error)) throw error;
    throw new Misfit(column, value, `what JSON holds: ${error.message}`);
  }
}

/** The digits of a whole number, given as a number or as text; undefined for anything else. */
function wholeDigits(value: Exclude<JsonInput, null>): string | undefined {
  const text = typeof value === "string" ? value : numeralOf(value);
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined;
}

/** A JSON number as plain digits, with a point where it has a fraction. */
function numeralOf(value: Exclude<JsonInput, null>): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") return plainNumeral(String(value));
  return typeof value === "object" && isJsonNumeral(value) ? plainNumeral(value.numeral) : undefined;
}

function smallInteger(column: string, type: string, value: Exclude<JsonInput, null>): number {
  const text = wholeDigits(value);
  if (text === undefined || text.length > SAFE_DIGITS)
    throw new Misfit(column, value, `a whole number for ${type}`);
  return Number(text);
}

function bigInteger(column: string, type: string, value: Exclude<JsonInput, null>): number | bigint {
  const text = wholeDigits(value);
  if (text === undefined) throw new Misfit(column, value, `a whole number for ${type}`);
  return text.length > SAFE_DIGITS ? BigInt(text) : Number(text);
}

function decimal(column: string, type: string, value: Exclude<JsonInput, null>): string {
  if (typeof value !== "string") return numeralOf(value) ?? refuse(column, value, `a number for ${type}`);
  return /e/i.test(value) && isNumeral(value) ? plainNumeral(value) : value;
}

/** Text, or a number with more digits than a double prints by itself: the double must print them when asked for so many. */
function double(column: string, type: string, value: Exclude<JsonInput, null>): number {
  const text = typeof value === "string" ? value : numeralOf(value);
  const number = text !== undefined && isNumeral(text) ? Number(text) : Number.NaN;
  if (text === undefined || !Number.isFinite(number) || !prints(number, text)) {
    throw new Misfit(column, value, `a number that ${type} holds`);
  }
  return number;
}

function isNumeral(text: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/** True when the double, asked for as many digits as the text has, prints the text's. */
function prints(number: number, text: string): boolean {
  const given = significant(text);
  if (given.digits.length > MOST_DIGITS) return false;
  const shown = significant(number.toExponential(Math.max(given.digits.length - 1, 0)));
  return shown.digits === given.digits && (given.digits === "" || shown.place === given.place);
}

/** A numeral's digits without zeros at either end, and the power of ten of the first of them. */
function significant(numeral: string): { readonly digits: string; readonly place: number } {
  const [mantissa = "", power = "0"] = numeral.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  return { digits: digits.replace(/0+$/, ""), place: Number(power) + digits.length - fraction.length - 1 };
}

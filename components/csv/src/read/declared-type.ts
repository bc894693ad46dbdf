import { isAscii } from "node:buffer";
import { daysInMonth, FORM, type Form } from "./value-forms.ts";

/**
 * What a declared type takes without changing it. DuckDB's own casts are more generous: BIGINT rounds 1.5 to 2, DATE
 * drops a time, TIMESTAMP an offset, TIME a seventh decimal, DOUBLE turns 1e400 into infinity, and what TIMESTAMPTZ
 * cannot read becomes NULL (seen with 1.5.5).
 */
export interface DeclaredType {
  readonly name: string;
  /** The spelling of nearly all values, checked fast; any for a type that takes every text. */
  readonly form: Form;
  /** Digits of a numeral up to which the form alone is enough. */
  readonly wholeDigits: number;
  readonly fractionDigits: number;
  /** Whether the type keeps this text's value: for what the form does not take. */
  takes(text: string): boolean;
}

/** @param name a type that the spec's pattern for `dtype` lets through */
export function declaredType(name: string): DeclaredType {
  const integer = INTEGERS[name];
  if (integer !== undefined) return integerType(name, integer);
  const [, precision, scale] = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(name) ?? [];
  if (precision !== undefined) return decimalType(name, Number(precision), Number(scale));
  const plain = { name, wholeDigits: 0, fractionDigits: 0 };
  switch (name) {
    case "FLOAT":
    case "DOUBLE":
      // Below 10^37 both are finite; what is near zero becomes the nearest fraction, as every decimal text does.
      return { name, form: FORM.decimal, wholeDigits: 37, fractionDigits: 37, takes: takesFloat(name) };
    case "BOOLEAN":
      return { ...plain, form: FORM.boolean, takes: (text) => BOOLEAN.test(text) };
    case "DATE":
      return { ...plain, form: FORM.date, takes: takesDate };
    case "TIME":
      return { ...plain, form: FORM.rule, takes: (text) => takesTime(text) };
    case "TIMESTAMP":
      return { ...plain, form: FORM.timestamp, takes: (text) => takesTimestamp(text) };
    case "TIMESTAMPTZ":
      return { ...plain, form: FORM.timestamptz, takes: () => false };
    case "VARCHAR":
      return { ...plain, form: FORM.any, takes: () => true };
    default:
      return { ...plain, form: FORM.rule, takes: TAKES[name] ?? unread(name) };
  }
}

function unread(name: string): never {
  throw new Error(`the spec lets through a type that nobody reads: ${name}`);
}

/** Types whose values are looked at one by one. Where DuckDB has several spellings, the one that it writes. */
const TAKES: Readonly<Record<string, (text: string) => boolean>> = {
  TIMESTAMP_S: (text) => takesTimestamp(text, 0),
  TIMESTAMP_MS: (text) => takesTimestamp(text, 3),
  TIMESTAMP_NS: (text) => takesTimestamp(text, 9),
  TIMETZ: (text) => /^\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-]\d{2}(?::\d{2}){0,2}$/.test(text),
  INTERVAL: (text) =>
    /^(?:-?\d+ (?:year|month|day)s? ?)*(?:-?\d+:\d{2}:\d{2}(?:\.\d{1,6})?)?$/.test(text) && text !== "",
  UUID: (text) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text),
  BIT: (text) => /^[01]+$/.test(text),
  BLOB: (text) => isAscii(Buffer.from(text)) && !/\\(?!x[\dA-Fa-f]{2})/.test(text),
  JSON: isJson,
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
  /** Any number of so many digits fits. */
  readonly digits: number;
}

function signed(bits: bigint, digits: number): IntegerRange {
  return { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n, digits };
}

/** The fast form lets a minus through, so that unsigned types have no digits to spare for it. */
function unsigned(bits: bigint): IntegerRange {
  return { min: 0n, max: 2n ** bits - 1n, digits: 0 };
}

const INTEGERS: Readonly<Record<string, IntegerRange>> = {
  TINYINT: signed(8n, 2),
  SMALLINT: signed(16n, 4),
  INT: signed(32n, 9),
  INTEGER: signed(32n, 9),
  BIGINT: signed(64n, 18),
  HUGEINT: signed(128n, 38),
  UTINYINT: unsigned(8n),
  USMALLINT: unsigned(16n),
  UINTEGER: unsigned(32n),
  UBIGINT: unsigned(64n),
  UHUGEINT: unsigned(128n),
};

function integerType(name: string, { min, max, digits }: IntegerRange): DeclaredType {
  return {
    name,
    form: digits === 0 ? FORM.rule : FORM.integer,
    wholeDigits: digits,
    fractionDigits: 0,
    takes(text) {
      const [, numeral] = /^[ \t]*([+-]?\d+)(?:\.0*)?[ \t]*$/.exec(text) ?? [];
      if (numeral === undefined) return false;
      const value = BigInt(numeral.replace("+", ""));
      return value >= min && value <= max;
    },
  };
}

function decimalType(name: string, precision: number, scale: number): DeclaredType {
  return {
    name,
    form: FORM.decimal,
    wholeDigits: precision - scale,
    fractionDigits: scale,
    takes(text) {
      const [, whole = "", fraction = ""] = /^[ \t]*[+-]?(\d*)(?:\.(\d*))?[ \t]*$/.exec(text) ?? [];
      if (whole + fraction === "") return false;
      return (
        whole.replace(/^0+/, "").length <= precision - scale && fraction.replace(/0+$/, "").length <= scale
      );
    },
  };
}

const FINITE = /^[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t]*$/;
const NOT_FINITE = /^[+-]?inf(?:inity)?$|^nan$/i;
const MAX_FLOAT = 3.4028234663852886e38;

function takesFloat(name: "FLOAT" | "DOUBLE"): (text: string) => boolean {
  const max = name === "FLOAT" ? MAX_FLOAT : Number.MAX_VALUE;
  return (text) => NOT_FINITE.test(text) || (FINITE.test(text) && Math.abs(Number(text)) <= max);
}

const BOOLEAN = /^(?:true|false|t|f|yes|no|y|n|1|0)$/i;

const DATE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?$/;
const MAX_DATE_YEAR = 290_000;

function takesDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = DATE.exec(text)?.slice(1).map(Number) ?? [];
  const isInRange = year >= 1 && year <= MAX_DATE_YEAR && month >= 1 && month <= 12 && day >= 1;
  return isInRange && day <= daysInMonth(year, month);
}

/** @param decimals of a second that the type keeps */
function takesTime(text: string, decimals = 6): boolean {
  const [, hour, minute, second = 0, fraction = ""] = TIME.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  return fraction.replace(/0+$/, "").length <= decimals;
}

function takesTimestamp(text: string, decimals = 6): boolean {
  const [, date = "", time] = /^([^ T]+)(?:[ T](.+))?$/.exec(text) ?? [];
  return takesDate(date) && (time === undefined || takesTime(time, decimals));
}

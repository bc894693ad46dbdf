import type { ColumnState } from "./column-scan.ts";
import { endOfValue, FORM, type Digits, type Form } from "./value-forms.ts";

/** Whole numbers of up to so many digits fit the type whatever they are. */
export const BIGINT_DIGITS = 18;
export const HUGEINT_DIGITS = 38;
/** Of DuckDB's DECIMAL. */
export const MAX_PRECISION = 38;
/** The widest DECIMAL that DuckDB keeps in 64 bits. */
const SMALL_PRECISION = 18;

const LONGEST_FORM = 64;
const INFERABLE: readonly Form[] = [FORM.integer, FORM.boolean, FORM.date, FORM.timestamp, FORM.timestamptz];

/** The narrowest form of a text that is all of a value; any for text. */
export function formOf(text: string, dates: boolean): { readonly form: Form } & Readonly<Digits> {
  const digits: Digits = { whole: 0, fraction: 0 };
  const none = { form: FORM.any, whole: 0, fraction: 0 };
  if (text.length > LONGEST_FORM) return none;
  // What ends the value belongs to none.
  const bytes = Buffer.from(`${text}\n`);
  const form = INFERABLE.find((form) => endOfValue(form, bytes, 0, digits) === bytes.length - 1);
  if (form === undefined) return none;
  if (form === FORM.integer) return { form: digits.fraction === 0 ? form : FORM.decimal, ...digits };
  if (form !== FORM.boolean && !dates) return none;
  return { form, whole: 0, fraction: 0 };
}

/** The narrowest form that holds the values of both; any when only text does. */
export function widest(one: Form, other: Form): Form {
  if (one === FORM.none || one === other) return other;
  if (other === FORM.none) return one;
  const isNumber = (form: Form): boolean => form === FORM.integer || form === FORM.decimal;
  return isNumber(one) && isNumber(other) ? FORM.decimal : FORM.any;
}

/** The type that holds a whole number. */
export function integerSize(numeral: string): "bigint" | "hugeint" | "too large" {
  const value = BigInt(numeral);
  if (BigInt.asIntN(64, value) === value) return "bigint";
  return BigInt.asIntN(128, value) === value ? "hugeint" : "too large";
}

/** What two files know of one column. */
export function merge(one: ColumnState, other: ColumnState): ColumnState {
  const form = widest(one.form, other.form);
  const witness = one.witness ?? other.witness;
  return {
    form,
    whole: Math.max(one.whole, other.whole),
    fraction: Math.max(one.fraction, other.fraction),
    huge: one.huge || other.huge,
    ...(witness === undefined ? {} : { witness }),
  };
}

/** The type that keeps all values of a column, and why it is that one. */
export function inferredType({ form, whole, fraction, huge, witness }: ColumnState): {
  readonly type: string;
  readonly reason: string;
} {
  const why = witness === undefined ? "" : `: line ${witness.line} has ${witness.what}`;
  switch (form) {
    case FORM.none:
      return { type: "VARCHAR", reason: "no value is there to tell the type" };
    case FORM.integer:
      return huge
        ? { type: "HUGEINT", reason: "whole numbers, one of more than 64 bits" }
        : { type: "BIGINT", reason: "whole numbers" };
    case FORM.decimal:
      return decimalType(whole, fraction, why);
    case FORM.boolean:
      return { type: "BOOLEAN", reason: "true and false alone" };
    case FORM.date:
      return { type: "DATE", reason: "days as YYYY-MM-DD" };
    case FORM.timestamp:
      return { type: "TIMESTAMP", reason: "times without a zone" };
    case FORM.timestamptz:
      return { type: "TIMESTAMPTZ", reason: "times, each with its zone" };
    case FORM.any:
    case FORM.rule:
      break;
  }
  return { type: "VARCHAR", reason: `text${why}` };
}

/** As few widths as there are ways to keep a number: the type then changes less from one day's file to the next. */
function decimalType(whole: number, fraction: number, why: string): { type: string; reason: string } {
  const needed = whole + fraction;
  if (needed > MAX_PRECISION) {
    return {
      type: "VARCHAR",
      reason: `${whole} digits before and ${fraction} after the point are more than DECIMAL has`,
    };
  }
  const precision = needed <= SMALL_PRECISION ? SMALL_PRECISION : MAX_PRECISION;
  return {
    type: `DECIMAL(${precision},${fraction})`,
    reason: `numbers with up to ${fraction} decimals${why}`,
  };
}

/** Why a value made its column text, in words that do not show it. */
export function whyText(text: string, before: Form, found: Form, size: string): string {
  if (size === "too large") return "more digits than any number type";
  if (found !== FORM.any) return `${NAMES[found] ?? "a value"} among ${NAMES[before] ?? "others"}`;
  if (text === "") return 'an empty text in quotes ("")';
  if (text !== text.trim()) return "a blank beside the value";
  return ODDITIES.find(([says]) => says.test(text))?.[1] ?? "text";
}

const NAMES: Readonly<Record<number, string>> = {
  [FORM.integer]: "whole numbers",
  [FORM.decimal]: "numbers",
  [FORM.boolean]: "true and false",
  [FORM.date]: "days",
  [FORM.timestamp]: "times without a zone",
  [FORM.timestamptz]: "times with a zone",
};

const ODDITIES: readonly (readonly [says: RegExp, what: string])[] = [
  [/^-?0\d+(\.\d+)?$/, "a leading zero"],
  [/^\+\d/, "a plus sign"],
  [/^[+-]?\d+(\.\d*)?e[+-]?\d+$/i, "an exponent"],
  [/^[+-]?(nan|inf|infinity)$/i, "a number that is not finite"],
  [/^-?(\d+\.|\.\d+)$/, "a number without digits on one side of the point"],
  [/^-?\d{1,3}(,\d{3})+(\.\d+)?$/, "commas between digits"],
  [/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}\.\d{7,}/, "more than six decimals of a second"],
  [/^\d{4}-\d{2}-\d{2}/, "a date or time of another form, or one that does not exist"],
  [/^(true|false)$/i, "true or false in capitals"],
];

import { NumeralText, type JsonCell } from "./json-cell.ts";
import { DECIMAL_DIGITS } from "./numerals.ts";

/**
 * What a value is, as far as the type of its column depends on it. One letter, because it stands before each value in
 * the staging table's rest column.
 */
export type Kind =
  /** true, false */
  | "b"
  /** a whole number within ±(2^53 - 1), which a double holds together with its neighbours */
  | "i"
  /** a whole number of 64 bits beyond that */
  | "l"
  /** a whole number of 128 bits beyond that */
  | "h"
  /** a whole number beyond 128 bits */
  | "g"
  /** any other number that a double is: 0.1, 1e300, -0 */
  | "d"
  /** a number that is none of these: 12345678901234567890.123, 1e400 */
  | "n"
  /** text */
  | "s"
  /** an object or an array */
  | "j";

const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

export function kindOf(cell: Exclude<JsonCell, null>): Kind {
  if (typeof cell === "string") return "s";
  if (typeof cell === "boolean") return "b";
  if (typeof cell === "number") return isInteger(cell) ? "i" : "d";
  if (typeof cell !== "bigint") return cell instanceof NumeralText ? "n" : "j";
  if (cell >= -INT64 && cell < INT64) return "l";
  return cell >= -INT128 && cell < INT128 ? "h" : "g";
}

/** -0 is no integer: only a double has it. */
export function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) && (value !== 0 || !Object.is(value, -0));
}

/** How many digits a column's numbers need before the point, at least one, and after it. */
export interface Digits {
  readonly whole: number;
  readonly scale: number;
}

const INTEGERS: ReadonlySet<Kind> = new Set(["i", "l", "h", "g"]);
const NUMBERS: ReadonlySet<Kind> = new Set([...INTEGERS, "d", "n"]);

/** True when only the digits can tell whether the numbers fit a DECIMAL: see {@link columnType}. */
export function dependsOnDigits(kinds: readonly Kind[]): boolean {
  return (
    kinds.every((kind) => NUMBERS.has(kind)) &&
    kinds.some((kind) => !INTEGERS.has(kind)) &&
    kinds.some((kind) => kind !== "d" && kind !== "i")
  );
}

/** The narrowest type that holds values of all these kinds exactly. */
export function columnType(kinds: readonly Kind[], digits?: Digits): string {
  const only = (...allowed: readonly Kind[]): boolean => kinds.every((kind) => allowed.includes(kind));
  // Nothing but null.
  if (kinds.length === 0) return "VARCHAR";
  if (only("b")) return "BOOLEAN";
  if (only("s")) return "VARCHAR";
  if (only("i", "l")) return "BIGINT";
  if (only("i", "l", "h")) return "HUGEINT";
  if (only(...INTEGERS)) return "VARCHAR";
  if (only("i", "d")) return "DOUBLE";
  if (only(...NUMBERS)) return decimalType(digits);
  return "JSON";
}

/** Text of the numerals where no DECIMAL holds all of them. */
function decimalType(digits: Digits | undefined): string {
  if (digits === undefined) return "DECIMAL";
  const width = digits.whole + digits.scale;
  return width <= DECIMAL_DIGITS ? `DECIMAL(${width},${digits.scale})` : "VARCHAR";
}

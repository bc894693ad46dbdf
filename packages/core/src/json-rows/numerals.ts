/** Arithmetic on JSON numbers as text, without rounding. */

/** The most digits that a DECIMAL has. */
export const DECIMAL_DIGITS = 38;

/** True when two numerals mean one number; their signs are not looked at. */
export function sameNumber(a: string, b: string): boolean {
  const left = significant(a);
  const right = significant(b);
  return left.digits === right.digits && (left.digits === "" || left.exponent === right.exponent);
}

/**
 * A numeral without its power of ten, `1.5e-3` as `0.0015`, if a DECIMAL can hold it; else as it stands. DuckDB refuses
 * some numerals with a power although they fit.
 */
export function plainNumeral(numeral: string): string {
  if (!/e/i.test(numeral)) return numeral;
  const { digits, exponent } = significant(numeral);
  const scale = -exponent;
  if (digits.length - scale > DECIMAL_DIGITS || scale > DECIMAL_DIGITS) return numeral;
  const sign = numeral.startsWith("-") ? "-" : "";
  if (scale <= 0) return `${sign}${digits.padEnd(digits.length - scale, "0") || "0"}`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** A numeral as digits without zeros at either end, times a power of ten; the sign is left out. */
function significant(numeral: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = "", power = "0"] = numeral.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  return { digits: trimmed, exponent: Number(power) - fraction.length + (digits.length - trimmed.length) };
}

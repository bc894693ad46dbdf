import { Misfit } from "./misfit.ts";

const DECIMAL_TEXT = /^(?<sign>[+-]?)(?<whole>\d+)(?:\.(?<fraction>\d+))?$/;
/** Text this short has digits that a number holds exactly. */
const SHORT_TEXT = 15;
const POWERS_OF_TEN: readonly number[] = Array.from({ length: 39 }, (_, exponent) => 10 ** exponent);

/** DuckDB stores a decimal as the smallest integer that holds its width: 16, 32, 64 or 128 bits. */
export function decimalBytes(width: number): 2 | 4 | 8 | 16 {
  if (width <= 9) return width <= 4 ? 2 : 4;
  return width <= 18 ? 8 : 16;
}

/**
 * Decimal text as the unscaled integer that DuckDB stores: `"-1.5"` at scale 2 is -150. A number where it is a safe
 * integer and the text is short, else a bigint. Never rounds.
 */
export function parseDecimal(text: string, width: number, scale: number): number | bigint {
  return text.length > SHORT_TEXT
    ? parseAnyDecimal(text, width, scale)
    : parseShortDecimal(text, width, scale);
}

/** Digits with a sign and a point, read in one pass; whatever looks different is left to the thorough way. */
function parseShortDecimal(text: string, width: number, scale: number): number | bigint {
  const first = text.charCodeAt(0);
  const start = first === 45 || first === 43 ? 1 : 0;
  let unscaled = 0;
  let point = -1;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) unscaled = unscaled * 10 + digit;
    else if (digit === -2 && point === -1 && at > start) point = at;
    else return parseAnyDecimal(text, width, scale);
  }
  const decimals = point === -1 ? 0 : text.length - point - 1;
  if (text.length === start || decimals > scale || (point !== -1 && decimals === 0)) {
    return parseAnyDecimal(text, width, scale);
  }
  unscaled *= POWERS_OF_TEN[scale - decimals] as number;
  if (unscaled > Number.MAX_SAFE_INTEGER || unscaled >= (POWERS_OF_TEN[width] as number)) {
    return parseAnyDecimal(text, width, scale);
  }
  return first === 45 ? 0 - unscaled : unscaled;
}

function parseAnyDecimal(text: string, width: number, scale: number): bigint {
  const misfit = (why: string): Misfit => new Misfit(text, `DECIMAL(${width},${scale})`, why);
  const parts = DECIMAL_TEXT.exec(text)?.groups;
  if (!parts) throw misfit('a decimal number such as "12.50"');
  const fraction = (parts["fraction"] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) throw misfit(`at most ${scale} decimals, not ${fraction.length}`);
  const all = `${parts["whole"] ?? ""}${fraction.padEnd(scale, "0")}`.replace(/^0+(?=\d)/, "");
  if (all.length > width) throw misfit(`at most ${width} digits at scale ${scale}, not ${all.length}`);
  const unscaled = BigInt(all);
  return parts["sign"] === "-" ? -unscaled : unscaled;
}

/** The text of an unscaled integer, with exactly `scale` decimals. A number must be a safe integer. */
export function formatDecimal(unscaled: number | bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  if (typeof unscaled === "number") return formatSafe(unscaled, scale);
  const negative = unscaled < 0n;
  const all = String(negative ? -unscaled : unscaled).padStart(scale + 1, "0");
  const point = all.length - scale;
  return `${negative ? "-" : ""}${all.slice(0, point)}.${all.slice(point)}`;
}

function formatSafe(unscaled: number, scale: number): string {
  const sign = unscaled < 0 ? "-" : "";
  const all = String(Math.abs(unscaled));
  const point = all.length - scale;
  if (point > 0) return `${sign}${all.slice(0, point)}.${all.slice(point)}`;
  return `${sign}0.${"0".repeat(-point)}${all}`;
}

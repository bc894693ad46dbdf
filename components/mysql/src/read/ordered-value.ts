import type { OrderedType } from "./ordered-type.ts";

/** Types whose values can be counted: two of them have a distance. */
export type CountedKind = "integer" | "decimal" | "date" | "datetime";

export type CountedType = OrderedType & { readonly kind: CountedKind };

export function isCounted(type: OrderedType | undefined): type is CountedType {
  return type !== undefined && type.kind !== "text" && type.kind !== "bytes";
}

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.(\d{1,6})0*)?)?Z?)?$/;
const DAY_MS = 86_400_000;

/**
 * A value as a whole number: of units of its last decimal, of days or of microseconds since 1970. undefined for a text that is no
 * such value, such as a date that no calendar has.
 */
export function countOf({ kind, decimals }: CountedType, text: string): bigint | undefined {
  if (kind === "integer" || kind === "decimal") {
    const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+?)0*)?$/.exec(text) ?? [];
    const isZero = /^0?$/.test(fraction);
    if (whole === "" || (fraction.length > decimals && !isZero)) return undefined;
    return BigInt(`${sign}${whole}${(isZero ? "" : fraction).padEnd(decimals, "0")}`);
  }
  const [, date = "", minutes = "00:00", seconds = ":00", fraction = ""] = MOMENT.exec(text) ?? [];
  const ms = Date.parse(`${date}T${minutes}${seconds.slice(0, 3)}Z`);
  // 30 February is 1 March to Date, and no day of any calendar.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date)) return undefined;
  if (kind === "date") return BigInt(Math.floor(ms / DAY_MS));
  return BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

/** The text of a value; the least that the type has for one below it. */
export function textOf({ kind, decimals, unsigned }: CountedType, count: bigint): string {
  if (kind === "integer") return String(unsigned && count < 0n ? 0n : count);
  if (kind === "decimal") {
    const digits = String(count < 0n ? -count : count).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals);
    const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
    return count < 0n ? `-${text}` : text;
  }
  const ms = kind === "date" ? Number(count) * DAY_MS : Number(floorDivide(count, 1000n));
  const iso = ms < FIRST_DAY ? "0001-01-01T00:00:00.000Z" : new Date(ms).toISOString();
  if (kind === "date") return iso.slice(0, 10);
  const micros = String(((count % 1000n) + 1000n) % 1000n).padStart(3, "0");
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${ms < FIRST_DAY ? "000" : micros}`;
}

const FIRST_DAY = Date.parse("0001-01-01T00:00:00Z");

function floorDivide(a: bigint, b: bigint): bigint {
  return a / b - (a % b < 0n ? 1n : 0n);
}

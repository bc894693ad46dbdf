import type { Interval } from "@osiris/core";

const DURATION =
  /^(?<sign>[+-]?)P(?=.)(?:(?<years>[+-]?\d{1,9})Y)?(?:(?<months>[+-]?\d{1,9})M)?(?:(?<weeks>[+-]?\d{1,9})W)?(?:(?<days>[+-]?\d{1,9})D)?(?:T(?=.)(?:(?<hours>[+-]?\d{1,12})H)?(?:(?<minutes>[+-]?\d{1,12})M)?(?:(?<seconds>[+-]?\d{1,12})(?:\.(?<fraction>\d{1,6})0*)?S)?)?$/;

/** An ISO 8601 duration, such as `P1Y2M3DT4H5M6.789S`; undefined for other text, and for less than microseconds. */
export function parseDuration(text: string): Interval | undefined {
  const parts = DURATION.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const sign = parts["sign"] === "-" ? -1 : 1;
  const part = (name: string): number => sign * Number(parts[name] ?? 0);
  const long = (name: string): bigint => BigInt(sign) * BigInt((parts[name] ?? "0").replace("+", ""));
  const fraction = BigInt((parts["fraction"] ?? "").padEnd(6, "0"));
  const negative = (parts["seconds"] ?? "").startsWith("-") !== (sign === -1);
  return {
    months: part("years") * 12 + part("months") + 0,
    days: part("weeks") * 7 + part("days") + 0,
    micros:
      ((long("hours") * 60n + long("minutes")) * 60n + long("seconds")) * 1_000_000n +
      (negative ? -fraction : fraction),
  };
}

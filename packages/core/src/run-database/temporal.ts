import { OsirisError } from "../errors.ts";

const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIMESTAMP_TEXT = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;
const MICROS_PER_SECOND = 1_000_000n;
const SECONDS_PER_DAY = 86_400n;

/** Days since 1970-01-01 in the proleptic Gregorian calendar, as DuckDB counts DATE. */
export function parseDate(text: string): number {
  const [, year, month, day] = DATE_TEXT.exec(text) ?? [];
  if (year === undefined) throw misfit(text, "DATE", "YYYY-MM-DD");
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  if (days === undefined) throw misfit(text, "DATE", "a day that exists");
  return days;
}

/** Microseconds since 1970-01-01 00:00:00 without a time zone, as DuckDB counts TIMESTAMP. */
export function parseTimestamp(text: string): bigint {
  const [, date, hour, minute, second, fraction = ""] = TIMESTAMP_TEXT.exec(text) ?? [];
  if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw misfit(text, "TIMESTAMP", "YYYY-MM-DD hh:mm:ss with at most six decimals and no zone");
  }
  const seconds =
    BigInt(parseDate(date)) * SECONDS_PER_DAY +
    BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  return seconds * MICROS_PER_SECOND + BigInt(fraction.padEnd(6, "0"));
}

/**
 * Howard Hinnant's days_from_civil (https://howardhinnant.github.io/date_algorithms.html): a JavaScript Date
 * would bring in the process's time zone and a two-digit-year rule.
 */
function daysFromCivil(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function misfit(text: string, type: string, expected: string): OsirisError {
  return new OsirisError({
    code: "table.value_misfit",
    category: "data",
    message: `"${text}" is not a ${type}: expected ${expected}`,
  });
}

/** The calendar as MySQL and DuckDB have it: Gregorian from the beginning. */

const MAX_YEAR = 9999;
const DAY_MICROS = 86_400_000_000n;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1970-01-01 to the first day of each year. */
const YEAR_STARTS = yearStarts();
/** Days from the first day of a year to that of a month, counted from 1; from 16 on those of leap years. */
const MONTH_STARTS = Int16Array.from({ length: 32 }, (_, index) => monthStart(index & 15, index > 15));
/** Days of a month; a month that there is not has none. */
const MONTH_LENGTHS = Uint8Array.from({ length: 32 }, (_, index) => monthLength(index & 15, index > 15));

/** What {@link daysOf} says of a date that no calendar has. */
export const NO_DATE: number = 0x7fff_ffff;

/** Days since 1970-01-01, or {@link NO_DATE}. */
export function daysOf(year: number, month: number, day: number): number {
  if (year > MAX_YEAR || month > 12) return NO_DATE;
  const index = isLeap(year) ? month | 16 : month;
  if (day === 0 || day > (MONTH_LENGTHS[index] as number)) return NO_DATE;
  return (YEAR_STARTS[year] as number) + (MONTH_STARTS[index] as number) + day - 1;
}

/** The date of so many days since 1970-01-01, as text. */
export function dateText(days: number): string {
  let year = Math.min(MAX_YEAR, Math.max(0, 1970 + Math.floor(days / 365.2425)));
  if (days < (YEAR_STARTS[year] as number)) year -= 1;
  else if (year < MAX_YEAR && days >= (YEAR_STARTS[year + 1] as number)) year += 1;
  const leap = isLeap(year) ? 16 : 0;
  let rest = days - (YEAR_STARTS[year] as number);
  let month = 1;
  for (; rest >= (MONTH_LENGTHS[month | leap] as number); month++)
    rest -= MONTH_LENGTHS[month | leap] as number;
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(rest + 1, 2)}`;
}

/** `hh:mm:ss.ffffff` of a number of microseconds that is not negative. Hours may be many. */
function timeText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(micros % 1_000_000n).padStart(6, "0");
  return `${parts.map((part) => padded(part, 2)).join(":")}.${fraction}`;
}

/** A TIMESTAMP's microseconds since 1970-01-01, as text with six decimals. */
export function datetimeText(micros: bigint): string {
  const inDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  return `${dateText(Number((micros - inDay) / DAY_MICROS))} ${timeText(inDay)}`;
}

/** A TIME's microseconds as text: `-838:59:59.000000`. */
export function durationText(micros: bigint): string {
  return micros < 0n ? `-${timeText(-micros)}` : timeText(micros);
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

function isLeap(year: number): boolean {
  return (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function yearStarts(): Int32Array {
  const starts = new Int32Array(MAX_YEAR + 1);
  for (let year = 1971; year <= MAX_YEAR; year++)
    starts[year] = (starts[year - 1] as number) + yearLength(year - 1);
  for (let year = 1969; year >= 0; year--) starts[year] = (starts[year + 1] as number) - yearLength(year);
  return starts;
}

function yearLength(year: number): number {
  return isLeap(year) ? 366 : 365;
}

function monthLength(month: number, leap: boolean): number {
  return (MONTH_DAYS[month - 1] ?? 0) + (leap && month === 2 ? 1 : 0);
}

function monthStart(month: number, leap: boolean): number {
  let days = 0;
  for (let before = 1; before < month; before++) days += monthLength(before, leap);
  return days;
}

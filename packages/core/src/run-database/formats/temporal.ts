import { civilFromDays, daysFromCivil } from "./calendar.ts";
import { digits, pad } from "./digits.ts";
import { Misfit } from "./misfit.ts";

/** DuckDB's infinite DATEs; the finite days lie between them. */
export const INFINITE_DAYS: number = 2 ** 31 - 1;
/** DuckDB's infinite TIMESTAMPs, whatever their unit. */
export const INFINITE_TICKS: bigint = 2n ** 63n - 1n;
const SECONDS_PER_DAY = 86_400;
/** Years beyond four digits and before Christ, as DuckDB writes them. */
const ANY_DATE = /^(?<year>\d{4,7})-(?<month>\d{2})-(?<day>\d{2})(?<bc> \(BC\))?$/;

/** A type that counts time: how fine, with a zone or without, and the finite values that DuckDB can show. */
export interface TimeUnit {
  readonly type: string;
  /** Decimals of a second: 6 counts microseconds. */
  readonly decimals: number;
  readonly zoned: boolean;
  readonly least: bigint;
  readonly most: bigint;
}

export const TIMESTAMP: TimeUnit = {
  type: "TIMESTAMP",
  decimals: 6,
  zoned: false,
  least: -9_223_372_022_400_000_000n,
  most: INFINITE_TICKS - 1n,
};
export const TIMESTAMPTZ: TimeUnit = { ...TIMESTAMP, type: "TIMESTAMP WITH TIME ZONE", zoned: true };
export const TIMESTAMP_S: TimeUnit = {
  type: "TIMESTAMP_S",
  decimals: 0,
  zoned: false,
  least: -9_223_372_022_400n,
  most: 9_223_372_036_854n,
};
export const TIMESTAMP_MS: TimeUnit = {
  type: "TIMESTAMP_MS",
  decimals: 3,
  zoned: false,
  least: -9_223_372_022_400_000n,
  most: 9_223_372_036_854_775n,
};
export const TIMESTAMP_NS: TimeUnit = {
  type: "TIMESTAMP_NS",
  decimals: 9,
  zoned: false,
  least: 1n - INFINITE_TICKS,
  most: INFINITE_TICKS - 1n,
};
export const TIME: TimeUnit = { type: "TIME", decimals: 6, zoned: false, least: 0n, most: 86_400_000_000n };
export const TIME_NS: TimeUnit = {
  type: "TIME_NS",
  decimals: 9,
  zoned: false,
  least: 0n,
  most: 86_400_000_000_000n,
};

/** Days since 1970-01-01, as DuckDB counts DATE. */
export function parseDate(text: string): number {
  const days = text.length === 10 ? plainDate(text) : anyDate(text);
  if (days !== undefined) return days;
  const exists = ANY_DATE.test(text) ? "a day that exists" : "YYYY-MM-DD, infinity or -infinity";
  throw new Misfit(text, "DATE", exists);
}

/** True for the days that DuckDB has, its two infinities among them. */
export function isDate(days: number): boolean {
  return (days | 0) === days && days >= -INFINITE_DAYS;
}

export function formatDate(days: number): string {
  if (Math.abs(days) === INFINITE_DAYS) return days > 0 ? "infinity" : "-infinity";
  const { year, month, day } = civilFromDays(days);
  const ofEra = year > 0 ? year : 1 - year;
  return `${pad(ofEra, 4)}-${pad(month, 2)}-${pad(day, 2)}${year > 0 ? "" : " (BC)"}`;
}

/** Ticks of the unit since 1970-01-01 00:00:00: a number where it is a safe integer, else a bigint. */
export function parseTimestamp(text: string, unit: TimeUnit): number | bigint {
  // All but the oldest and the most distant years: the date is ten characters long.
  const far = text.charCodeAt(10) !== 32 && text.charCodeAt(10) !== 84;
  const end = far ? dateEnd(text) : 10;
  const days = far ? anyDate(text.slice(0, end)) : plainDate(text);
  const zone = unit.zoned ? zoneStart(text, end) : text.length;
  const clock = end < text.length ? parseClock(text, end + 1, zone, unit.decimals) : Number.NaN;
  const offset = unit.zoned ? parseZone(text, zone) : 0;
  // 24:00:00 is a time of day, but no instant of it.
  if (days === undefined || Number.isNaN(clock + offset) || clock >= SECONDS_PER_DAY * 10 ** unit.decimals) {
    return infinity(text) ?? failTimestamp(text, unit);
  }
  const perSecond = 10 ** unit.decimals;
  const ticks = (days * SECONDS_PER_DAY - offset) * perSecond + clock;
  const exact = Number.isSafeInteger(ticks)
    ? ticks
    : BigInt(days * SECONDS_PER_DAY - offset) * BigInt(perSecond) + BigInt(clock);
  if (unit.decimals < 6 || typeof exact === "bigint") assertInRange(exact, text, unit);
  return exact;
}

/** True for the instants that DuckDB has, its two infinities among them. */
export function isTimestamp(ticks: bigint, unit: TimeUnit): boolean {
  return (ticks >= unit.least && ticks <= unit.most) || ticks === INFINITE_TICKS || ticks === -INFINITE_TICKS;
}

export function formatTimestamp(ticks: bigint, unit: TimeUnit): string {
  if (ticks === INFINITE_TICKS) return "infinity";
  if (ticks === -INFINITE_TICKS) return "-infinity";
  const perDay = BigInt(SECONDS_PER_DAY) * 10n ** BigInt(unit.decimals);
  const clock = ((ticks % perDay) + perDay) % perDay;
  const date = formatDate(Number((ticks - clock) / perDay));
  return `${date} ${formatClock(Number(clock), unit.decimals)}${unit.zoned ? "+00" : ""}`;
}

/** Ticks of the unit since midnight. 24:00:00 is the last. */
export function parseTime(text: string, unit: TimeUnit): number {
  const ticks = parseClock(text, 0, text.length, unit.decimals);
  if (Number.isNaN(ticks))
    throw new Misfit(text, unit.type, `hh:mm:ss with at most ${unit.decimals} decimals`);
  return ticks;
}

/** A time of day without a date, from its ticks since midnight. */
export function formatClock(ticks: number, decimals: number): string {
  const perSecond = 10 ** decimals;
  const seconds = Math.floor(ticks / perSecond);
  const fraction = ticks - seconds * perSecond;
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return fraction === 0 ? clock : `${clock}.${pad(fraction, decimals).replace(/0+$/, "")}`;
}

/** Where the zone of a time begins: its Z or its sign. The length of the text, when it has none. */
export function zoneStart(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 43 || code === 45 || code === 90) return at;
  }
  return text.length;
}

/** Seconds east of Greenwich of `Z` or `±hh[:mm[:ss]]` at the end of a text, else NaN. */
export function parseZone(text: string, start: number): number {
  if (text.charCodeAt(start) === 90) return text.length === start + 1 ? 0 : Number.NaN;
  const parts = [digits(text, start + 1, start + 3)];
  for (let at = start + 3; at < text.length; at += 3) {
    parts.push(text.charCodeAt(at) === 58 ? digits(text, at + 1, at + 3) : Number.NaN);
  }
  const [hours = 0, minutes = 0, seconds = 0] = parts;
  if (start >= text.length || parts.length > 3 || hours > 15 || minutes > 59 || seconds > 59)
    return Number.NaN;
  return (text.charCodeAt(start) === 45 ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

/** Ticks since midnight of `hh:mm:ss[.fff]` between two places of a text, else NaN. */
export function parseClock(text: string, start: number, end: number, decimals: number): number {
  const hours = digits(text, start, start + 2);
  const minutes = digits(text, start + 3, start + 5);
  const seconds = digits(text, start + 6, start + 8);
  const colons = text.charCodeAt(start + 2) === 58 && text.charCodeAt(start + 5) === 58;
  const whole = hours * 3600 + minutes * 60 + seconds;
  if (!colons || end < start + 8 || minutes > 59 || seconds > 59 || whole > SECONDS_PER_DAY)
    return Number.NaN;
  const perSecond = 10 ** decimals;
  if (end === start + 8) return whole * perSecond;
  const given = end - start - 9;
  if (text.charCodeAt(start + 8) !== 46 || given < 1 || given > decimals) return Number.NaN;
  const fraction = digits(text, start + 9, end) * 10 ** (decimals - given);
  return whole === SECONDS_PER_DAY && fraction > 0 ? Number.NaN : whole * perSecond + fraction;
}

/** `YYYY-MM-DD` in the first ten characters. */
function plainDate(text: string): number | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  return year === 0 ? undefined : daysFromCivil(year, digits(text, 5, 7), digits(text, 8, 10));
}

function anyDate(text: string): number | undefined {
  if (text === "infinity") return INFINITE_DAYS;
  if (text === "-infinity") return -INFINITE_DAYS;
  const { year, month, day, bc } = ANY_DATE.exec(text)?.groups ?? {};
  const ofEra = Number(year);
  if (!(ofEra > 0)) return undefined;
  const days = daysFromCivil(bc === undefined ? ofEra : 1 - ofEra, Number(month), Number(day));
  return days === undefined || Math.abs(days) >= INFINITE_DAYS ? undefined : days;
}

/** Where the date of a timestamp ends: before the space or T that a time follows. */
function dateEnd(text: string): number {
  const found = text.search(/[ T]\d/);
  return found === -1 ? text.length : found;
}

function infinity(text: string): bigint | undefined {
  if (text === "infinity") return INFINITE_TICKS;
  return text === "-infinity" ? -INFINITE_TICKS : undefined;
}

function assertInRange(ticks: number | bigint, text: string, unit: TimeUnit): void {
  if (ticks >= unit.least && ticks <= unit.most) return;
  throw new Misfit(text, unit.type, "an instant that the type reaches");
}

function failTimestamp(text: string, { type, decimals, zoned }: TimeUnit): never {
  const fraction = decimals === 0 ? "no decimals" : `at most ${decimals} decimals`;
  const zone = zoned ? "a zone (Z or ±hh:mm)" : "no zone";
  throw new Misfit(text, type, `YYYY-MM-DD hh:mm:ss with ${fraction} and ${zone}, infinity or -infinity`);
}

import type { Decimal } from "./decimal.ts";

/** A date or a timestamp, exact, and how it was written. */
export interface Moment {
  /** Only moments of one kind can be compared: without a zone nobody knows when it was. */
  readonly kind: "date" | "local" | "instant";
  /** Seconds since 1970-01-01 00:00:00, in UTC for an instant. */
  readonly seconds: Decimal;
  readonly form: MomentForm;
}

interface MomentForm {
  /** `T`, `t` or a space; empty for a date. */
  readonly separator: string;
  readonly hasSeconds: boolean;
  /** How many decimals the seconds have. */
  readonly decimals: number;
  /** As it was written: `Z`, `+02:00`; empty without one. */
  readonly zone: string;
}

const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

const DAY = 86_400n;

/** undefined for a text that is no date or timestamp of ISO 8601. */
export function momentOf(text: string): Moment | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, separator = "", hour = "0", minute = "0", second, fraction = "", zone = ""] =
    match;
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const days = BigInt(daysOf(Number(year), Number(month), Number(day)));
  const local = days * DAY + BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0));
  const whole = local - BigInt(offsetOf(zone));
  const kind = separator === "" ? "date" : zone === "" ? "local" : "instant";
  const seconds = {
    digits: whole * 10n ** BigInt(fraction.length) + BigInt(fraction || 0),
    scale: fraction.length,
  };
  const form = { separator, hasSeconds: second !== undefined, decimals: fraction.length, zone };
  return { kind, seconds, form };
}

/**
 * So many seconds earlier, written as the moment itself was: cut to whole days, minutes or as many decimals as it has.
 * undefined when that is before the year 0.
 */
export function earlier({ kind, seconds, form }: Moment, by: bigint): string | undefined {
  const unit = 10n ** BigInt(seconds.scale);
  const local = seconds.digits + (BigInt(offsetOf(form.zone)) - by) * unit;
  const whole = floorDivide(local, unit);
  const days = floorDivide(whole, DAY);
  const date = dateText(Number(days));
  if (date === undefined || kind === "date") return date;
  const ofDay = Number(whole - days * DAY);
  const clock = [
    Math.floor(ofDay / 3600),
    Math.floor(ofDay / 60) % 60,
    ...(form.hasSeconds ? [ofDay % 60] : []),
  ];
  const fraction = (local - whole * unit).toString().padStart(form.decimals, "0");
  const decimals = form.decimals === 0 ? "" : `.${fraction}`;
  return `${date}${form.separator}${clock.map(twoDigits).join(":")}${decimals}${form.zone}`;
}

/** Seconds east of UTC. */
function offsetOf(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) return 0;
  const [, sign, hours, minutes = "0"] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (lengths[month - 1] ?? 0);
}

/** Days since 1970-01-01. Years begin in March here, so that the leap day is the last of its year. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + ofYear - 719_468;
}

/** The date of a day since 1970-01-01, by the eras of 400 years in which the calendar repeats. */
function dateText(days: number): string | undefined {
  const since = days + 719_468;
  const era = Math.floor(since / 146_097);
  const ofEra = since - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0) return undefined;
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

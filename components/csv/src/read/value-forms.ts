import { COLON, isDigit, MINUS, PLUS, POINT, SPACE, ZERO } from "./bytes.ts";

/** How the values of a column are spelled, as far as it is worth checking byte by byte. */
export const FORM = {
  /** Anything: the value is not looked at. */
  any: 0,
  integer: 1,
  decimal: 2,
  boolean: 3,
  date: 4,
  timestamp: 5,
  timestamptz: 6,
  /** Nothing yet: all values so far are NULL. */
  none: 7,
  /** Each value is checked by its column's own rule. */
  rule: 8,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

/** The longest numeral that a form still takes. */
export interface Digits {
  /** Before the decimal point. */
  whole: number;
  /** After it. */
  fraction: number;
}

const T = 0x54;
const Z = 0x5a;

/**
 * The end of the value of the form that begins at `at`; -1 when there is none. The bytes end in something that belongs to no value.
 * `digits` receives the length of a numeral.
 */
export function endOfValue(form: number, bytes: Uint8Array, at: number, digits: Digits): number {
  switch (form) {
    case FORM.integer:
    case FORM.decimal:
      return endOfNumeral(bytes, at, digits);
    case FORM.date:
      return endOfDate(bytes, at);
    case FORM.timestamp:
      return endOfTimestamp(bytes, at);
    case FORM.timestamptz:
      return endOfZone(bytes, endOfTimestamp(bytes, at));
    case FORM.boolean:
      return endOfBoolean(bytes, at);
    default:
      return -1;
  }
}

/** `-?(0|[1-9]\d*)(\.\d+)?` */
function endOfNumeral(bytes: Uint8Array, at: number, digits: Digits): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  const point = bytes[first] === ZERO ? first + 1 : endOfDigits(bytes, first);
  if (point === first) return -1;
  digits.whole = point - first;
  if (bytes[point] !== POINT) {
    digits.fraction = 0;
    return point;
  }
  const end = endOfDigits(bytes, point + 1);
  digits.fraction = end - point - 1;
  return digits.fraction === 0 ? -1 : end;
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at] as number)) at += 1;
  return at;
}

/** `true` or `false` */
function endOfBoolean(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x74) {
    return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : -1;
  }
  const isFalse =
    bytes[at] === 0x66 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x73 &&
    bytes[at + 4] === 0x65;
  return isFalse ? at + 5 : -1;
}

/** `YYYY-MM-DD`, a day that exists, from the year 1. */
function endOfDate(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return -1;
  const century = twoDigits(bytes, at);
  const yearOfCentury = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (century < 0 || yearOfCentury < 0 || century + yearOfCentury === 0) return -1;
  if (month < 1 || month > 12 || day < 1) return -1;
  if (day > 28 && day > daysInMonth(century * 100 + yearOfCentury, month)) return -1;
  return at + 10;
}

/** @param month 1 to 12 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A date, space or `T`, `hh:mm:ss`, at most six decimals. */
function endOfTimestamp(bytes: Uint8Array, at: number): number {
  const time = endOfDate(bytes, at);
  if (time === -1) return -1;
  const separator = bytes[time];
  if ((separator !== SPACE && separator !== T) || bytes[time + 3] !== COLON || bytes[time + 6] !== COLON)
    return -1;
  const hour = twoDigits(bytes, time + 1);
  const minute = twoDigits(bytes, time + 4);
  const second = twoDigits(bytes, time + 7);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1;
  if (bytes[time + 9] !== POINT) return time + 9;
  const end = endOfDigits(bytes, time + 10);
  const decimals = end - time - 10;
  return decimals === 0 || decimals > 6 ? -1 : end;
}

/** `Z`, `+hh` or `+hh:mm`, to 15:59: what DuckDB takes. */
function endOfZone(bytes: Uint8Array, at: number): number {
  if (at === -1) return -1;
  const sign = bytes[at];
  if (sign === Z) return at + 1;
  if (sign !== PLUS && sign !== MINUS) return -1;
  const hours = twoDigits(bytes, at + 1);
  if (hours < 0 || hours > 15) return -1;
  if (bytes[at + 3] !== COLON) return at + 3;
  const minutes = twoDigits(bytes, at + 4);
  return minutes < 0 || minutes > 59 ? -1 : at + 6;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = ((bytes[at] as number) - ZERO) >>> 0;
  const ones = ((bytes[at + 1] as number) - ZERO) >>> 0;
  return tens < 10 && ones < 10 ? tens * 10 + ones : -1;
}

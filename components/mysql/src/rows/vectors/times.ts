import { dateText, datetimeText, daysOf, durationText, NO_DATE } from "./calendar.ts";
import { fixedVector } from "./fixed.ts";
import { Validity, type ReadValue, type Vector } from "./vector.ts";
import { writeMicroseconds, writeSafeInteger } from "./words.ts";

/** Told of a date that no calendar has: the row gets NULL, or it throws. */
export type NoDate = (row: number) => void;

const DAY_SECONDS = 86_400;

/** DATE: a length of 0 or 4, then year, month and day. */
export function dateVector(capacity: number, noDate: NoDate): Vector {
  const values = new Int32Array(capacity);
  const validity = new Validity(capacity);
  const read: ReadValue = (_bytes, view, at, row) => {
    const length = view.getUint8(at);
    if (length !== 4 && length !== 0) throw new RangeError("a date has four bytes");
    const days =
      length === 0
        ? NO_DATE
        : daysOf(view.getUint16(at + 1, true), view.getUint8(at + 3), view.getUint8(at + 4));
    if (days === NO_DATE) {
      validity.setNull(row);
      noDate(row);
    } else values[row] = days;
    return at + 1 + length;
  };
  return fixedVector(
    { values, width: 4, validity },
    { read, value: (row) => dateText(values[row] as number), order: (row) => BigInt(values[row] as number) },
  );
}

/** DATETIME and TIMESTAMP: as a date, then hour, minute and second, then microseconds; what is 0 at the end is left out. */
export function datetimeVector(capacity: number, noDate: NoDate): Vector {
  const values = new BigInt64Array(capacity);
  const words = new Int32Array(values.buffer);
  const validity = new Validity(capacity);
  const read: ReadValue = (_bytes, view, at, row) => {
    const length = view.getUint8(at);
    if (length !== 4 && length !== 7 && length !== 11 && length !== 0)
      throw new RangeError("a time has four, seven or eleven bytes");
    const days =
      length === 0
        ? NO_DATE
        : daysOf(view.getUint16(at + 1, true), view.getUint8(at + 3), view.getUint8(at + 4));
    if (days === NO_DATE) {
      validity.setNull(row);
      noDate(row);
      return at + 1 + length;
    }
    const seconds = length > 4 ? secondsOf(view, at + 5) : 0;
    const millionths = length > 7 ? millionthsOf(view, at + 8) : 0;
    writeMicroseconds(words, 2 * row, days * DAY_SECONDS + seconds, millionths);
    return at + 1 + length;
  };
  return fixedVector(
    { values, width: 8, validity },
    { read, value: (row) => datetimeText(values[row] as bigint), order: (row) => values[row] as bigint },
  );
}

/** TIME: a length of 0, 8 or 12, then the sign, days, hour, minute and second, then microseconds. An interval of those alone. */
export function timeVector(capacity: number): Vector {
  // Months, days and microseconds; the first two stay 0.
  const values = new BigInt64Array(2 * capacity);
  const words = new Int32Array(values.buffer);
  const read: ReadValue = (_bytes, view, at, row) => {
    const length = view.getUint8(at);
    if (length !== 8 && length !== 12 && length !== 0)
      throw new RangeError("a time has eight or twelve bytes");
    let micros = 0;
    if (length !== 0) {
      const days = view.getUint32(at + 2, true);
      if (days > 255) throw new RangeError("a time has too many days");
      micros = (days * DAY_SECONDS + secondsOf(view, at + 6)) * 1_000_000;
      if (length > 8) micros += millionthsOf(view, at + 9);
      if (view.getUint8(at + 1) !== 0) micros = -micros;
    }
    writeSafeInteger(words, 4 * row + 2, micros);
    return at + 1 + length;
  };
  const order = (row: number): bigint => values[2 * row + 1] as bigint;
  const value = (row: number): string => durationText(order(row));
  return fixedVector({ values, width: 16, validity: new Validity(capacity) }, { read, value, order });
}

/** Of hour, minute and second, which begin at `at`. */
function secondsOf(view: DataView, at: number): number {
  const hour = view.getUint8(at);
  const minute = view.getUint8(at + 1);
  const second = view.getUint8(at + 2);
  if (hour > 23 || minute > 59 || second > 59) throw new RangeError("a time is none");
  return hour * 3600 + minute * 60 + second;
}

function millionthsOf(view: DataView, at: number): number {
  const millionths = view.getUint32(at, true);
  if (millionths > 999_999) throw new RangeError("a second has a million millionths");
  return millionths;
}

import { Misfit } from "../formats/misfit.ts";
import {
  isDate,
  isTimestamp,
  parseDate,
  parseTime,
  parseTimestamp,
  type TimeUnit,
} from "../formats/temporal.ts";
import { parseTimeWithZone } from "../formats/time-with-zone.ts";
import { FixedBuffer } from "./fixed-buffer.ts";
import { integerCodedBuffer } from "./numbers.ts";

export function dateBuffer(): FixedBuffer {
  return integerCodedBuffer(4, (value) => {
    if (typeof value === "string") return parseDate(value);
    if (typeof value === "number" && isDate(value)) return value;
    throw new Misfit(value, "DATE", "YYYY-MM-DD, or whole days since 1970-01-01");
  });
}

export function timestampBuffer(unit: TimeUnit): FixedBuffer {
  return integerCodedBuffer(8, (value) => {
    if (typeof value === "string") return parseTimestamp(value, unit);
    if (typeof value === "bigint" && isTimestamp(value, unit)) return value;
    throw new Misfit(
      value,
      unit.type,
      `YYYY-MM-DD hh:mm:ss${unit.zoned ? " with a zone" : ""}, or ${UNITS[unit.decimals]} since 1970-01-01 as a bigint`,
    );
  });
}

export function timeBuffer(unit: TimeUnit): FixedBuffer {
  return integerCodedBuffer(8, (value) => {
    if (typeof value === "string") return parseTime(value, unit);
    if (typeof value === "bigint" && value >= unit.least && value <= unit.most) return value;
    throw new Misfit(value, unit.type, `hh:mm:ss, or ${UNITS[unit.decimals]} since midnight as a bigint`);
  });
}

export function timeWithZoneBuffer(): FixedBuffer {
  return integerCodedBuffer(8, (value) => {
    if (typeof value === "string") return parseTimeWithZone(value);
    throw new Misfit(value, "TIME WITH TIME ZONE", "hh:mm:ss with a zone");
  });
}

/** DuckDB keeps the three parts apart: a month has no fixed number of days, a day no fixed number of hours. */
export function intervalBuffer(): FixedBuffer {
  return new FixedBuffer(16, (memory, row, value) => {
    const { months, days, micros, ...others } = Object(value) as Readonly<Record<string, unknown>>;
    const whole =
      typeof months === "number" &&
      (months | 0) === months &&
      typeof days === "number" &&
      (days | 0) === days;
    const exact = typeof micros === "bigint" && BigInt.asIntN(64, micros) === micros;
    if (!whole || !exact || Object.keys(others).length > 0) {
      throw new Misfit(value, "INTERVAL", "{ months, days, micros }: numbers of 32 bits, and a bigint of 64");
    }
    memory.int32[row * 4] = months;
    memory.int32[row * 4 + 1] = days;
    memory.int64[row * 2 + 1] = micros;
  });
}

const UNITS: Readonly<Record<number, string>> = {
  0: "seconds",
  3: "milliseconds",
  6: "microseconds",
  9: "nanoseconds",
};

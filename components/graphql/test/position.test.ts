import { JsonNumeral, type JsonInput } from "@osiris/core";
import { assert, date, integer, pre, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { earlier, momentOf } from "../src/incremental/moment.ts";
import {
  comparePositions,
  lookBack,
  lookbackOf,
  positionOf,
  type Position,
} from "../src/incremental/position.ts";

function position(value: JsonInput): Position {
  const found = positionOf(value);
  if (found === undefined) throw new Error(`${JSON.stringify(value)} has no position`);
  return found;
}

const sign = (a: JsonInput, b: JsonInput): number => comparePositions(position(a), position(b), "at");

describe("values are compared exactly", () => {
  test.each<[JsonInput, JsonInput]>([
    [1, 2],
    [-2, -1],
    ["9", "10"],
    ["9007199254740992", "9007199254740993"],
    [9007199254740991, new JsonNumeral("9007199254740993")],
    [new JsonNumeral("0.1234567890123456789"), new JsonNumeral("0.123456789012345679")],
    [new JsonNumeral("1e3"), 1001],
    [1e21, new JsonNumeral("1000000000000000000001")],
    ["0.5", 1],
    ["2024-01-31", "2024-02-01"],
    ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000000001Z"],
    ["2024-01-01T12:00:00+02:00", "2024-01-01T10:00:00.5Z"],
    ["2024-01-01 23:59:59", "2024-01-02T00:00:00"],
    ["2024-01-01T23:30:00-05:00", "2024-01-02T05:00:00Z"],
    ["1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z"],
  ])("%j is before %j", (a, b) => {
    expect(sign(a, b)).toBeLessThan(0);
    expect(sign(b, a)).toBeGreaterThan(0);
  });

  test.each<[JsonInput, JsonInput]>([
    ["2024-01-01T12:00:00+02:00", "2024-01-01T10:00:00Z"],
    ["2024-01-01T12:00:00.10Z", "2024-01-01T12:00:00.1+0000"],
    ["2024-01-01T12:00Z", "2024-01-01T12:00:00z"],
    [1, "1.0"],
    ["007", 7],
  ])("%j is the same as %j", (a, b) => expect(sign(a, b)).toBe(0));

  test.each<[JsonInput, JsonInput]>([
    ["2024-01-01", "2024-01-01T00:00:00Z"],
    ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z"],
    [20240101, "2024-01-01"],
  ])("%j and %j cannot be compared", (a, b) => expect(() => sign(a, b)).toThrow("cannot be compared"));

  test.each<[JsonInput]>([
    ["yesterday"],
    ["2024-02-30"],
    ["2024-13-01"],
    ["2024-01-01T24:00:00Z"],
    [true],
    [{}],
    [""],
  ])("%j is no position", (value) => expect(positionOf(value)).toBeUndefined());
});

describe("a lookback is taken off in the form of the value", () => {
  test.each<[JsonInput, string | number, JsonInput]>([
    ["2024-03-01T00:00:00Z", "1s", "2024-02-29T23:59:59Z"],
    ["2024-03-01T00:10:00.123456+02:00", "15m", "2024-02-29T23:55:00.123456+02:00"],
    ["2023-03-01 00:10:00", "1h", "2023-02-28 23:10:00"],
    ["2024-01-01T00:00Z", "1s", "2023-12-31T23:59Z"],
    ["2024-01-01", "1d", "2023-12-31"],
    ["2024-01-01", "1h", "2023-12-31"],
    ["1970-01-01T00:00:00.250Z", "1s", "1969-12-31T23:59:59.250Z"],
    ["2024-01-01T00:00:00Z", 0, "2024-01-01T00:00:00Z"],
    [100, 30, 70],
    ["100", 30, "70"],
    [12.5, 0.25, 12.25],
    ["9007199254740993", 1, "9007199254740992"],
  ])("%j minus %j is %j", (value, lookback, result) => {
    expect(lookBack(position(value), lookbackOf(lookback))).toEqual(result);
  });

  test("keeps the digits of large numbers", () => {
    const result = lookBack(position(new JsonNumeral("9007199254740999")), lookbackOf(2));
    expect(JSON.stringify(result)).toBe("9007199254740997");
  });

  test.each<[JsonInput, string | number]>([
    [100, "15m"],
    ["2024-01-01T00:00:00Z", 60],
    ["0000-01-01", "1d"],
  ])("%j minus %j is refused", (value, lookback) => {
    expect(() => lookBack(position(value), lookbackOf(lookback))).toThrow("incremental.lookback");
  });
});

test("moments are those of the platform, at any time and by any lookback", () => {
  const years = { min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z") };
  const moments = date({ ...years, noInvalidDate: true });
  assert(
    property(moments, integer({ min: 0, max: 31_000_000 }), (at, seconds) => {
      const moment = momentOf(at.toISOString());
      expect(moment?.seconds).toEqual({ digits: BigInt(at.getTime()), scale: 3 });
      const before = new Date(at.getTime() - seconds * 1000);
      pre(before.getTime() >= years.min.getTime());
      expect(moment && earlier(moment, BigInt(seconds))).toBe(before.toISOString());
    }),
  );
});

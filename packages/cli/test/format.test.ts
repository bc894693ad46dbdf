import { expect, test } from "vitest";
import { formatBytes, formatClock, formatDuration, formatRate } from "../src/format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [123_456_789, "123 MB"],
  [99_960_000, "100 MB"],
  [1_234_567_890, "1.2 GB"],
  [5e18, "5000 PB"],
] as const)("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [999, "0:00"],
  [61_000, "1:01"],
  [3_600_000, "1:00:00"],
  [90_061_000, "25:01:01"],
] as const)("a clock shows %i ms as %s", (ms, text) => {
  expect(formatClock(ms)).toBe(text);
});

test("a duration is exact while it is short", () => {
  expect(formatDuration(420)).toBe("0.42 s");
  expect(formatDuration(125_000)).toBe("2:05");
});

test("there is no rate of nothing", () => {
  expect(formatRate(3000, 1500)).toBe("2,000 rows/s");
  expect(formatRate(0, 1500)).toBeUndefined();
  expect(formatRate(3000, 0)).toBeUndefined();
});

import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { duration } from "../src/command-options.ts";
import { formatBytes } from "../src/format.ts";
import { size, sizeInBytes } from "../src/size.ts";

test.each([
  ["30s", 30_000],
  ["15m", 900_000],
  ["12h", 43_200_000],
  ["500ms", 500],
  ["2w", 1_209_600_000],
])("%s are %d ms", (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each([
  ["10B", 10],
  ["500MB", 500_000_000],
  ["1.5 gb", 1_500_000_000],
  ["1GiB", 1_073_741_824],
  ["2TiB", 2_199_023_255_552],
])("%s are %d bytes", (text, bytes) => {
  expect(sizeInBytes(text)).toBe(bytes);
  expect(size(text)).toBe(text);
});

test.each(["", "7", "d", "7 d", "-7d", "7D", "1e3s", "7d2h", "0s", "1.5d"])("%j is no time", (text) => {
  expect(() => duration(text)).toThrow(InvalidArgumentError);
});

test.each(["", "10", "GB", "0MB", "-1GB", "1iB", "1PB", "1e3MB"])("%j is no size", (text) => {
  expect(() => size(text)).toThrow(InvalidArgumentError);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_999, "1.0 MB"],
  [1_540_000, "1.5 MB"],
  [123_456_789, "123 MB"],
  [999_700_000, "1.0 GB"],
  [5e15, "5.0 PB"],
])("%d bytes are shown as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

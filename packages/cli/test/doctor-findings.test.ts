import { expect, test } from "vitest";
import { roomFinding } from "../src/doctor/checks/disk.ts";
import { memoryFinding } from "../src/doctor/checks/memory.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

test.each([
  ["room for many runs", 100 * GIB, [GIB], "ok"],
  ["no run yet", 100 * GIB, [], "ok"],
  ["less than three of the largest", 10 * GIB, [5 * GIB, MIB], "warning"],
  ["less than one of the largest", 4 * GIB, [MIB, 5 * GIB], "error"],
  ["little, and small runs", 400 * MIB, [MIB], "warning"],
  ["nearly nothing", 10 * MIB, [], "error"],
  ["room, and much to clean", 1000 * GIB, Array.from({ length: 30 }, () => GIB), "warning"],
] as const)("disk: %s", (_, free, sizes, status) => {
  const finding = roomFinding(free, sizes);
  expect(finding.status).toBe(status);
  expect(finding.remedy === undefined).toBe(status === "ok");
});

test.each([
  ["enough", 2 * GIB, 4 * GIB, 8 * GIB, "ok"],
  ["less free than DuckDB may take", 2 * GIB, GIB, 8 * GIB, "warning"],
  ["a tiny container", 128 * MIB, 400 * MIB, 512 * MIB, "warning"],
] as const)("memory: %s", (_, limit, available, total, status) => {
  expect(memoryFinding(limit, available, total).status).toBe(status);
});

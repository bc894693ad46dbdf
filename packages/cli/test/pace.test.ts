import { expect, test } from "vitest";
import { Pace } from "../src/progress/pace.ts";

test("tells the rate and what is left, once there is enough to go by", () => {
  const pace = new Pace(0);
  pace.look(1000, { stepId: "s", rows: 100, done: 0.1 });
  expect(pace.rowsPerSecond).toBe(100);
  expect(pace.left).toBeUndefined();
  pace.look(2000, { stepId: "s", rows: 200, done: 0.2 });
  expect(pace.left).toBeCloseTo(8000);
});

test("forgets how fast it once was", () => {
  const pace = new Pace(0);
  for (let at = 1000; at <= 30_000; at += 1000) {
    const rows = at <= 15_000 ? at : 15_000 + (at - 15_000) / 10;
    pace.look(at, { stepId: "s", rows });
  }
  expect(pace.rowsPerSecond).toBeCloseTo(100);
});

test("says nothing of a step that stands still", () => {
  const pace = new Pace(0);
  pace.look(3000, { stepId: "s", rows: 0, done: 0 });
  expect([pace.rowsPerSecond, pace.left]).toEqual([undefined, undefined]);
});

test("begins anew with another part of the work", () => {
  const pace = new Pace(0);
  pace.look(1000, { stepId: "s", done: 0.9 });
  pace.look(2000, { stepId: "s", done: 0.1 });
  expect(pace.left).toBeUndefined();
  pace.look(5000, { stepId: "s", done: 0.4 });
  expect(pace.left).toBeCloseTo(6000);
});

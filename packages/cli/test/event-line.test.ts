import type { RunEvent } from "@osiris/runtime";
import { expect, test } from "vitest";
import { endLine, noticeLine } from "../src/progress/event-line.ts";
import { heartbeat } from "../src/progress/plain-view.ts";

const paint = (_tone: string, text: string): string => text;

function event(name: string, fields: object): RunEvent {
  return { ts: "2026-11-21T16:00:00.000Z", run_id: "r", event: name, step_id: "step", ...fields };
}

test.each([
  [
    event("step_complete", { rows_in: 0, rows_out: 1, rejected: 0, duration_ms: 500 }),
    "✓ step             1 row     0.50 s  2 rows/s",
  ],
  [
    event("step_complete", { rows_in: 9_000, rows_out: 0, rejected: 12, duration_ms: 61_000 }),
    "✓ step             0 rows      1:01  148 rows/s  12 rejected",
  ],
  [event("step_reused", { rows_out: 3 }), "✓ step             3 rows  reused"],
  [event("step_failed", {}), "✗ step  failed"],
  [event("step_cancelled", {}), "- step  cancelled"],
  [event("table_published", {}), undefined],
] as const)("%j ends a step as %s", (given, line) => {
  expect(endLine(given, 4, paint)).toBe(line);
});

test("long ids are cut, so that the numbers stay in one column", () => {
  expect(endLine({ ...event("step_failed", {}), step_id: "a-long-name" }, 6, paint)).toBe("✗ a-lon…  failed");
});

test("an attempt that has failed is told of, with when the next one comes", () => {
  const error = { message: "no answer", code: "net.timeout" };
  expect(noticeLine(event("step_retry", { attempt: 1, delay_ms: 2500, error }), paint)).toBe(
    "retry: step: attempt 1 failed, the next one in 2.50 s: no answer [net.timeout]",
  );
});

test.each([
  [{ elapsed: 30_000 }, "  step … after 0:30"],
  [
    { elapsed: 90_000, done: 0.456, rows: 12_345, left: 107_000 },
    "  step … 45%, 12,345 rows, after 1:30, 1:47 left",
  ],
])("a heartbeat of %j", (known, line) => {
  expect(heartbeat({ stepId: "step", ...known })).toBe(line);
});

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { liveLines } from "../src/progress/live-lines.ts";
import type { RunningStep } from "../src/progress/running-steps.ts";
import { textWidth } from "../src/text-width.ts";

const spinner = { frame: "*", paint: (_tone: string, text: string) => text };
const STEPS: readonly RunningStep[] = [
  {
    stepId: "movies",
    rows: 1_234_567,
    bytes: 1.2e9,
    totalBytes: 3.4e9,
    done: 0.357,
    rowsPerSecond: 412_345.6,
    left: 80_000,
    elapsed: 42_000,
  },
  { stepId: "a-second-one", elapsed: 3_000 },
];

test.each([
  [
    120,
    [
      "* movies        35%  1,234,567 rows  412,346 rows/s  1.2 GB of 3.4 GB  1:20 left  0:42",
      "* a-second-one                                                                    0:03",
    ],
  ],
  [
    60,
    [
      "* movies        35%  1,234,567 rows  1:20 left  0:42",
      "* a-second-one                                  0:03",
    ],
  ],
  [40, ["* movies        35%  1,234,567 rows", "* a-second-one                     "]],
  [20, ["* movies        35%", "* a-second-one     "]],
  [12, ["* movies   ", "* a-second…"]],
  [3, ["* ", "* "]],
  [1, ["…", "…"]],
] as const)("%i columns", (columns, lines) => {
  expect(liveLines(STEPS, columns, spinner)).toEqual(lines);
});

test("lines are equally wide, and never fill the terminal", () => {
  const number = fc.option(fc.nat(2 ** 40), { nil: undefined });
  const step = fc.record({
    stepId: fc.stringMatching(/^[a-z][a-z0-9_-]{0,62}$/),
    elapsed: fc.nat(1e8),
    rows: number,
    bytes: number,
    totalBytes: number,
    rowsPerSecond: number,
    left: number,
    done: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  }) as fc.Arbitrary<RunningStep>;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 2, max: 200 }),
      (steps, columns) => {
        const widths = liveLines(steps, columns, spinner).map(textWidth);
        expect(new Set(widths).size).toBe(1);
        expect(Math.max(...widths)).toBeLessThan(columns);
      },
    ),
  );
});

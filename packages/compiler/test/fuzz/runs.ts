import type * as fc from "fast-check";

/** How often each property is tried: OSIRIS_FUZZ_RUNS for the long form, which tries others every time. */
const RUNS = process.env["OSIRIS_FUZZ_RUNS"];

/** The suite tries the same cases every time; a failure prints its seed and path. */
const SEED = 20_261_121;

export function parameters(runs: number): fc.Parameters<unknown> {
  return RUNS === undefined ? { numRuns: runs, seed: SEED } : { numRuns: Number(RUNS) };
}

/** The long form takes as long as it takes. */
export const TIMEOUT_MS: number = RUNS === undefined ? 60_000 : 24 * 60 * 60_000;

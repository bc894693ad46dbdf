import { listRuns, type RunRecord } from "@osiris/runtime";
import { localTime } from "../local-time.ts";
import { openProjectCatalog, sessions } from "../project.ts";
import type { Candidate, Lookup } from "./values.ts";

/** More than anybody chooses from. */
const MAX_RUNS = 50;

/**
 * The project that the shell is in. What cannot be read there, such as a broken osiris.yaml, completes to nothing: a
 * person who presses the tab key is not the one to be told.
 */
export const lookAround: Lookup = {
  runs: () => quietly(() => [{ value: "last", description: "the last run" }, ...runs().map(describeRun)]),
  steps: () =>
    quietly(() =>
      (runs()[0]?.steps ?? []).map(({ id, component }) => ({ value: id, description: component })),
    ),
  components: () =>
    quietly(() =>
      [...openProjectCatalog().components.values()].map(({ spec }) => ({
        value: spec.name,
        description: spec.title,
      })),
    ),
  pipelines: () =>
    quietly(() =>
      [...new Set(runs().map(({ pipeline }) => pipeline))].map((value) => ({ value, description: "" })),
    ),
};

function runs(): readonly RunRecord[] {
  return listRuns(sessions(undefined)).slice(0, MAX_RUNS);
}

function describeRun({ run_id, pipeline, status, started_at }: RunRecord): Candidate {
  return { value: run_id, description: `${pipeline}, ${status}, ${localTime(started_at)}` };
}

function quietly(look: () => readonly Candidate[]): readonly Candidate[] {
  try {
    return look();
  } catch {
    return [];
  }
}

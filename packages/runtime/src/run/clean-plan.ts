import { lstatSync } from "node:fs";
import { join } from "node:path";
import { toOsirisError } from "@osiris/core";
import { namesIn } from "../names-in.ts";
import { diskUsage } from "./disk-usage.ts";
import { runLockHolder } from "./run-lock.ts";
import { readRunRecord, type RunRecord } from "./run-record.ts";
import { RUN_ID } from "./sessions.ts";

/** Which runs to remove; at least one is given. */
export interface CleanCriteria {
  /** Milliseconds since the run ended: older ones go. */
  readonly olderThan?: number;
  /** So many of the newest runs stay whatever else is said. Alone: all others go. */
  readonly keep?: number;
  /** Bytes on disk that all runs may have: the oldest go until it is enough. */
  readonly maxSize?: number;
}

/** `age`, `size` and `surplus` are the criteria; a leftover is what an interrupted clean was about to delete. */
export type CleanReason = "age" | "size" | "surplus" | "leftover";

/** A run to remove, or what is left of one. */
export interface Removal {
  readonly run_id: string;
  readonly folder: string;
  /** On disk. */
  readonly bytes: number;
  readonly reason: CleanReason;
  /** Absent of a leftover. */
  readonly run?: RunRecord;
}

export interface CleanPlan {
  /** Oldest first. */
  readonly remove: readonly Removal[];
  /** What is called like a run and stays because of what it is. */
  readonly leftAlone: readonly LeftAlone[];
  /** How many runs stay, and their bytes on disk. */
  readonly stay: { readonly runs: number; readonly bytes: number };
}

export interface LeftAlone {
  readonly run_id: string;
  /** In plain words. */
  readonly why: string;
  /** True when that is a fault. */
  readonly failed?: true;
}

/** The name of a folder that is being deleted: no run's. */
export function removingName(runId: string): string {
  return `${REMOVING}${runId}`;
}

const REMOVING = ".removing-";

/** Decides; changes nothing. */
export function planClean(sessions: string, criteria: CleanCriteria, now: Date): CleanPlan {
  const { runs, leftAlone } = findRuns(sessions);
  const reasons = chooseRuns(runs, criteria, now);
  const chosen = runs.flatMap((run): readonly Removal[] => {
    const reason = reasons.get(run.run_id);
    return reason === undefined ? [] : [{ ...run, reason }];
  });
  const stay = runs.filter(({ run_id }) => !reasons.has(run_id));
  return {
    remove: [...leftovers(sessions), ...chosen],
    leftAlone,
    stay: { runs: stay.length, bytes: total(stay) },
  };
}

interface FoundRun {
  readonly run_id: string;
  readonly folder: string;
  readonly bytes: number;
  readonly run: RunRecord;
  readonly isRunning: boolean;
}

/** Oldest first. */
function findRuns(sessions: string): {
  readonly runs: readonly FoundRun[];
  readonly leftAlone: readonly LeftAlone[];
} {
  const runs: FoundRun[] = [];
  const leftAlone: LeftAlone[] = [];
  for (const run_id of namesIn(sessions).toSorted()) {
    if (!RUN_ID.test(run_id)) continue;
    try {
      const folder = join(sessions, run_id);
      const run = ownRun(folder, run_id);
      if (run === undefined) {
        leftAlone.push({ run_id, why: "it is no run folder with a run.json of its own" });
        continue;
      }
      const isRunning = run.status === "running" || runLockHolder(sessions, run)?.run_id === run_id;
      if (isRunning) leftAlone.push({ run_id, why: "it is running" });
      runs.push({ run_id, folder, run, isRunning, bytes: diskUsage(folder) });
    } catch (error) {
      leftAlone.push({ run_id, why: toOsirisError(error, "Looking into it").message, failed: true });
    }
  }
  return { runs, leftAlone };
}

/** The record of a run folder; undefined when it is a link, or its record that of another run. */
function ownRun(folder: string, runId: string): RunRecord | undefined {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const record = readRunRecord(folder);
  return record?.run_id === runId ? record : undefined;
}

function chooseRuns(
  runs: readonly FoundRun[],
  { olderThan, keep = 0, maxSize }: CleanCriteria,
  now: Date,
): ReadonlyMap<string, CleanReason> {
  const reasons = new Map<string, CleanReason>();
  const mayGo = runs.slice(0, Math.max(0, runs.length - keep)).filter(({ isRunning }) => !isRunning);
  const onlyKeep = olderThan === undefined && maxSize === undefined;
  for (const { run, run_id } of mayGo) {
    if (onlyKeep) reasons.set(run_id, "surplus");
    else if (olderThan !== undefined && now.getTime() - Date.parse(run.updated_at) > olderThan)
      reasons.set(run_id, "age");
  }
  let left = total(runs.filter(({ run_id }) => !reasons.has(run_id)));
  for (const { run_id, bytes } of mayGo) {
    if (maxSize === undefined || left <= maxSize) break;
    if (reasons.has(run_id)) continue;
    reasons.set(run_id, "size");
    left -= bytes;
  }
  return reasons;
}

function leftovers(sessions: string): readonly Removal[] {
  return namesIn(sessions)
    .toSorted()
    .flatMap((name): readonly Removal[] => {
      const run_id = name.slice(REMOVING.length);
      const folder = join(sessions, name);
      if (!name.startsWith(REMOVING) || !RUN_ID.test(run_id) || !lstatSync(folder).isDirectory()) return [];
      return [{ run_id, folder, bytes: diskUsage(folder), reason: "leftover" }];
    });
}

function total(runs: readonly { readonly bytes: number }[]): number {
  return runs.reduce((sum, { bytes }) => sum + bytes, 0);
}

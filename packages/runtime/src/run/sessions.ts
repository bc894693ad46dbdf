import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { OsirisError } from "@osiris/core";
import { findUpwards } from "../config/find-upwards.ts";
import { RUN_ID_PATTERN } from "../records/shared-schemas.ts";
import { readRun, type RunRecord, type UnreadableRun } from "./run-record.ts";

export const SESSIONS_FOLDER = ".osiris_sessions";
/** What run folders are called. */
export const RUN_ID: RegExp = new RegExp(RUN_ID_PATTERN);

/** Where runs live: the given folder, else `.osiris_sessions` from `cwd` upwards, else one to be made in `cwd`. */
export function sessionsFolder(cwd: string, given: string | undefined): string {
  if (given !== undefined && given !== "") return resolve(cwd, given);
  return join(findUpwards(cwd, SESSIONS_FOLDER, "folder") ?? cwd, SESSIONS_FOLDER);
}

/** A new run's id: sorts by start time to the millisecond, and is its folder's name. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, "");
  return `${time}-${randomBytes(3).toString("hex")}`;
}

export function makeRunFolder(sessions: string, runId: string): string {
  const folder = join(sessions, runId);
  mkdirSync(join(folder, "logs"), { recursive: true });
  mkdirSync(join(folder, "artifacts"));
  return folder;
}

/** All run folders, newest first: those whose record cannot be read, too. */
export function listRunFolders(sessions: string): readonly (RunRecord | UnreadableRun)[] {
  if (!existsSync(sessions)) return [];
  return readdirSync(sessions)
    .filter((name) => RUN_ID.test(name))
    .toSorted()
    .toReversed()
    .map((name) => readRun(join(sessions, name)));
}

/** All runs whose record can be read, newest first. */
export function listRuns(sessions: string): readonly RunRecord[] {
  return listRunFolders(sessions).filter((run) => run.status !== "unreadable");
}

/** The run with this id, or the beginning of one; `last` is the newest run that started a step. */
export function findRun(sessions: string, wanted: string): RunRecord {
  const folders = listRunFolders(sessions);
  const torn = folders.find((run) => run.status === "unreadable" && run.run_id === wanted);
  if (torn?.status === "unreadable") throw unreadableRun(torn);
  const runs = folders.filter((run) => run.status !== "unreadable");
  const found =
    wanted === "last"
      ? runs.filter((run) => run.steps.some((step) => step.status !== "not_run")).slice(0, 1)
      : runs.filter((run) => run.run_id.startsWith(wanted));
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  throw new OsirisError({
    code: found.length > 1 ? "runs.ambiguous" : "runs.not_found",
    category: "usage",
    message:
      found.length > 1
        ? `"${wanted}" is the beginning of ${found.length} runs`
        : `There is no run "${wanted}" in ${sessions}`,
    hint: 'See "osiris runs list".',
  });
}

function unreadableRun({ run_id, run_dir, error }: UnreadableRun): OsirisError {
  return new OsirisError({
    code: error.code,
    category: "data",
    message: `The record of run ${run_id} cannot be read: ${error.message}`,
    hint: `Look into ${run_dir}; its logs may be whole.`,
  });
}

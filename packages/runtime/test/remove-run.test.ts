import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planClean, removeRun, tryRunLock, type Removal } from "../src/index.ts";
import { ownProcess } from "../src/run/process-identity.ts";
import type { RunStatus } from "../src/choices.ts";
import { tempFolder } from "./temp-folder.ts";

const RUN_ID = "20260101T000000000Z-aaaaaa";
const KEY = { pipeline: "orders", profile: "prod" };

function writeRun(sessions: string, status: RunStatus): string {
  const folder = join(sessions, RUN_ID);
  mkdirSync(folder, { recursive: true });
  const times = { started_at: "2026-01-01T00:00:00.000Z", duration_ms: 1 };
  const record = { format: 1, run_id: RUN_ID, ...KEY, status, ...times, process: ownProcess(), steps: [] };
  writeFileSync(join(folder, "run.json"), JSON.stringify(record));
  return folder;
}

/** A run that has failed, and was chosen to be removed. */
function chosen(): { readonly sessions: string; readonly folder: string; readonly removal: Removal } {
  const sessions = tempFolder();
  const folder = writeRun(sessions, "failed");
  const [removal] = planClean(sessions, { keep: 0 }, new Date()).remove;
  if (removal === undefined) throw new Error("the run was not chosen");
  return { sessions, folder, removal };
}

const IN_USE = expect.objectContaining({ code: "clean.in_use" }) as Error;

test("a run is removed, also while another one of its pipeline is running", () => {
  const { sessions, removal } = chosen();
  const attempt = tryRunLock(sessions, KEY, { run_id: "20260102T000000000Z-bbbbbb" });
  if (!("lock" in attempt)) throw new Error("the lock was not free");
  using _ = attempt.lock;
  removeRun(removal);
  expect(readdirSync(sessions)).toEqual(["locks"]);
});

test("a run that is resumed after it was chosen stays", () => {
  const { sessions, folder, removal } = chosen();
  const attempt = tryRunLock(sessions, KEY, { run_id: RUN_ID });
  if (!("lock" in attempt)) throw new Error("the lock was not free");
  expect(() => removeRun(removal)).toThrow(IN_USE);
  expect(planClean(sessions, { keep: 0 }, new Date())).toMatchObject({
    remove: [],
    leftAlone: [{ run_id: RUN_ID, why: "it is running" }],
  });
  writeRun(sessions, "running");
  attempt.lock[Symbol.dispose]();
  expect(() => removeRun(removal)).toThrow(IN_USE);
  expect(existsSync(join(folder, "run.json"))).toBe(true);
  // And the lock is free again.
  expect("lock" in tryRunLock(sessions, KEY, { run_id: RUN_ID })).toBe(true);
});

test("of two cleans at once the second finds it gone, and takes nothing else", () => {
  const { sessions, folder, removal } = chosen();
  renameSync(folder, join(sessions, "elsewhere"));
  expect(() => removeRun(removal)).toThrow(IN_USE);
  expect(existsSync(join(sessions, "elsewhere/run.json"))).toBe(true);
});

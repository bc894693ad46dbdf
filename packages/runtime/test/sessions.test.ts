import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeRunRecord, type RunRecord, type StepStatus } from "../src/run/run-record.ts";
import { findRun, listRuns, newRunId, sessionsFolder } from "../src/run/sessions.ts";
import { tempFolder } from "./temp-folder.ts";

function addRun(
  sessions: string,
  runId: string,
  stepStatus: StepStatus,
  change: Partial<RunRecord> = {},
): void {
  const run_dir = join(sessions, runId);
  mkdirSync(run_dir, { recursive: true });
  const step = {
    id: "s",
    component: "c.d",
    rows_in: 0,
    rows_out: 0,
    rejected: 0,
    superseded: 0,
    attempts: 0,
    duration_ms: 0,
    tables: [],
    files: [],
  };
  writeRunRecord({
    format: 1,
    run_id: runId,
    pipeline: "p",
    manifest: "sha256:0",
    status: "failed",
    run_dir,
    started_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:01.000Z",
    duration_ms: 1,
    resumes: 0,
    process: { pid: process.pid, host: hostname() },
    steps: [{ ...step, status: stepStatus }],
    ...change,
  });
}

test("run ids sort by time and are folder names", () => {
  expect(newRunId(new Date("2026-11-21T03:09:24.657Z"))).toMatch(/^20261121T030924657Z-[0-9a-f]{6}$/);
});

test("the sessions folder is searched upwards, else belongs to the working directory", () => {
  const folder = tempFolder();
  const deep = join(folder, "a/b");
  mkdirSync(deep, { recursive: true });
  expect(sessionsFolder(deep, undefined)).toBe(join(deep, ".osiris_sessions"));
  mkdirSync(join(folder, ".osiris_sessions"));
  expect(sessionsFolder(deep, undefined)).toBe(join(folder, ".osiris_sessions"));
  expect(sessionsFolder(deep, "elsewhere")).toBe(join(deep, "elsewhere"));
});

test("runs are listed newest first; what is no run, or torn, is passed over", () => {
  const sessions = tempFolder();
  addRun(sessions, "20260101T000000000Z-aaaaaa", "succeeded");
  addRun(sessions, "20260102T000000000Z-bbbbbb", "failed");
  mkdirSync(join(sessions, "builds"));
  mkdirSync(join(sessions, "20260103T000000000Z-cccccc"));
  writeFileSync(join(sessions, "20260103T000000000Z-cccccc/run.json"), '{"run_id":');
  expect(listRuns(sessions).map((run) => run.run_id)).toEqual([
    "20260102T000000000Z-bbbbbb",
    "20260101T000000000Z-aaaaaa",
  ]);
  expect(listRuns(join(sessions, "nowhere"))).toEqual([]);
});

test("a run is found by the beginning of its id; last is the newest that started a step", () => {
  const sessions = tempFolder();
  addRun(sessions, "20260101T000000000Z-aaaaaa", "failed");
  addRun(sessions, "20260102T000000000Z-bbbbbb", "not_run");
  expect(findRun(sessions, "last").run_id).toBe("20260101T000000000Z-aaaaaa");
  expect(findRun(sessions, "20260102").run_id).toBe("20260102T000000000Z-bbbbbb");
  expect(() => findRun(sessions, "2026")).toThrow(/beginning of 2 runs/);
  expect(() => findRun(sessions, "2027")).toThrow(/no run "2027"/);
});

test("a running record whose process is gone is a killed run, on this machine only", () => {
  const sessions = tempFolder();
  const gone = { pid: 2 ** 22 + 1, host: hostname() };
  addRun(sessions, "20260101T000000000Z-aaaaaa", "running", { status: "running", process: gone });
  addRun(sessions, "20260102T000000000Z-bbbbbb", "running", {
    status: "running",
    process: { ...gone, host: "other" },
  });
  addRun(sessions, "20260103T000000000Z-cccccc", "running", { status: "running" });
  expect(listRuns(sessions).map((run) => run.status)).toEqual(["running", "running", "killed"]);
});

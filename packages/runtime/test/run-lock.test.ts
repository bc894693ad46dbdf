import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acquireRunLock, tryRunLock, type LockHolder, type RunLockRequest } from "../src/index.ts";
import { ownProcess, type ProcessIdentity } from "../src/run/process-identity.ts";
import { linesOf, startChild } from "./children.ts";
import { tempFolder } from "./temp-folder.ts";

const KEY = { pipeline: "orders", profile: "prod" };
const RUN = { run_id: "r1" };
const MINUTES = 60;

function request(sessions: string, change: Partial<RunLockRequest> = {}): RunLockRequest {
  const { signal } = new AbortController();
  return { sessions, ...KEY, runId: () => "r2", onRunning: "fail", signal, ...change };
}

/** The file of a lock that somebody else holds, last touched so many seconds ago. */
function foreignLock(sessions: string, process_: ProcessIdentity, age = 0): string {
  const attempt = tryRunLock(sessions, KEY, RUN);
  if (!("lock" in attempt)) throw new Error("the lock was not free");
  attempt.lock[Symbol.dispose]();
  const { file } = attempt.lock;
  const holder: LockHolder = { ...RUN, process: process_, since: "2026-01-01T00:00:00.000Z" };
  writeFileSync(file, JSON.stringify(holder));
  touchBefore(file, age);
  return file;
}

function touchBefore(file: string, seconds: number): void {
  const then = Date.now() / 1000 - seconds;
  utimesSync(file, then, then);
}

const isFree = (sessions: string): boolean => "lock" in tryRunLock(sessions, KEY, RUN);

describe("the run lock", () => {
  test("is one run's; another one of the same pipeline and profile is told whose", async () => {
    const sessions = tempFolder();
    using _ = await acquireRunLock(request(sessions, { runId: () => "r1" }));
    await expect(acquireRunLock(request(sessions))).rejects.toMatchObject({
      code: "run.running",
      category: "resource",
      message: expect.stringMatching(
        `Run r1 of pipeline "orders", profile "prod" .* since 20.* \\(process ${process.pid} on ${hostname()}\\)`,
      ) as string,
      hint: expect.stringContaining("--on-running wait") as string,
    });
    const { pipeline } = KEY;
    using other = await acquireRunLock({ ...request(sessions), pipeline: "others" });
    expect(other.file).toContain("others@prod");
    expect("lock" in tryRunLock(sessions, { pipeline }, RUN)).toBe(true);
  });

  test("is free again when it has been let go", async () => {
    const sessions = tempFolder();
    for (let n = 0; n < 3; n++) {
      using lock = await acquireRunLock(request(sessions));
      expect(readFileSync(lock.file, "utf8")).toContain('"run_id":"r2"');
    }
    expect(isFree(sessions)).toBe(true);
  });

  test("is waited for: told once, then taken", async () => {
    const sessions = tempFolder();
    const first = await acquireRunLock(request(sessions, { runId: () => "r1" }));
    const told: LockHolder[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const onWait = (holder: LockHolder): void => {
      told.push(holder);
      resolve();
    };
    const second = acquireRunLock(request(sessions, { onRunning: "wait", onWait }));
    await promise;
    first[Symbol.dispose]();
    using _ = await second;
    expect(told).toMatchObject([{ run_id: "r1", process: { pid: process.pid } }]);
  });

  test("waiting ends with the signal, for its reason", async () => {
    const sessions = tempFolder();
    using _ = await acquireRunLock(request(sessions, { runId: () => "r1" }));
    const controller = new AbortController();
    const reason = new Error("enough");
    const onWait = (): void => controller.abort(reason);
    const waiting = acquireRunLock(
      request(sessions, { onRunning: "wait", signal: controller.signal, onWait }),
    );
    await expect(waiting).rejects.toBe(reason);
  });

  test("that a command holds for a moment stops no run", async () => {
    const sessions = tempFolder();
    const attempt = tryRunLock(sessions, KEY, { command: "osiris clean" });
    if (!("lock" in attempt)) throw new Error("the lock was not free");
    const { lock } = attempt;
    const told: LockHolder[] = [];
    const onWait = (holder: LockHolder): void => {
      told.push(holder);
      lock[Symbol.dispose]();
    };
    using _ = await acquireRunLock(request(sessions, { onWait }));
    expect(told).toMatchObject([{ command: "osiris clean" }]);
  });
});

describe("a lock is stale", () => {
  test("when its process has been killed", async () => {
    const sessions = tempFolder();
    const child = startChild("lock-child.ts", sessions, join(sessions, "log"), "1", "die");
    expect(await linesOf(child)).toEqual(["holds"]);
    using lock = await acquireRunLock({ ...request(sessions), pipeline: "orders" });
    expect(lock.file).toContain("orders");
    const { profile: _, ...plain } = request(sessions);
    using own = await acquireRunLock(plain);
    expect(own.file).toMatch(/orders.00000002\.json$/);
  });

  test.runIf(process.platform === "linux")("when another process has its number now", () => {
    const sessions = tempFolder();
    const [scope] = /^.* /.exec(ownProcess().started ?? "") ?? [];
    foreignLock(sessions, { ...ownProcess(), started: `${scope}1` });
    expect(isFree(sessions)).toBe(true);
  });

  test.each([
    ["another machine", { pid: process.pid, host: "other" }],
    [
      "another container with our name",
      {
        pid: 2 ** 22 + 1,
        host: hostname(),
        started: (ownProcess().started ?? "").replace("pid:[", "pid:[0"),
      },
    ],
  ] as const)("of %s, when it has been silent for minutes", (_, process_) => {
    if (process.platform !== "linux" && process_.host !== "other") return;
    const fresh = tempFolder();
    foreignLock(fresh, process_, 1 * MINUTES);
    expect(isFree(fresh)).toBe(false);
    const silent = tempFolder();
    foreignLock(silent, process_, 4 * MINUTES);
    expect(isFree(silent)).toBe(true);
  });

  test("that cannot be read: at once when it is empty, else when it has been silent", () => {
    const sessions = tempFolder();
    const file = foreignLock(sessions, ownProcess());
    writeFileSync(file, '{"run_id":"r1","proc');
    expect(isFree(sessions)).toBe(false);
    touchBefore(file, 4 * MINUTES);
    expect(isFree(sessions)).toBe(true);
    writeFileSync(join(sessions, "locks/orders@prod/00000009.json"), "");
    expect(isFree(sessions)).toBe(true);
  });
});

test("only one process at a time holds it, also when holders are killed", { timeout: 120_000 }, async () => {
  const sessions = tempFolder();
  const log = join(sessions, "log");
  writeFileSync(log, "");
  const children = Array.from({ length: 8 }, (_, n) =>
    startChild("lock-child.ts", sessions, log, "6", n < 4 ? "die" : "release"),
  );
  await Promise.all(children.map(linesOf));
  // Four die in their first turn, four have six turns each.
  expect(readFileSync(log, "utf8")).toBe("+-".repeat(4 + 4 * 6));
  const folder = join(sessions, "locks/orders");
  const names = readdirSync(folder);
  expect(names.length).toBeLessThanOrEqual(2);
  expect(names.every((name) => statSync(join(folder, name)).isFile())).toBe(true);
});

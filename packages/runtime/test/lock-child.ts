/**
 * Takes a pipeline's run lock again and again, and adds `+` and `-` to a file around the time it holds it. Called by
 * run-lock.test.ts: `node lock-child.ts <sessions> <file> <times> <how it ends: release | die>`.
 */
import { appendFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireRunLock } from "../src/index.ts";

const [sessions = "", file = "", times = "1", end = "release"] = process.argv.slice(2);

for (let done = 0; done < Number(times); done++) {
  const lock = await acquireRunLock({
    sessions,
    pipeline: "orders",
    runId: () => `run-of-${process.pid}`,
    onRunning: "wait",
    signal: new AbortController().signal,
  });
  appendFileSync(file, "+");
  await sleep(Math.random() * 5);
  appendFileSync(file, "-");
  if (end === "die") {
    writeSync(1, "holds\n");
    process.kill(process.pid, "SIGKILL");
  }
  lock[Symbol.dispose]();
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { isGone, isNear, ownProcess } from "../src/run/process-identity.ts";

const NO_PROCESS = 2 ** 22 + 1;

test("this process is here, one without a number is gone", () => {
  expect(isGone(ownProcess())).toBe(false);
  expect(isGone({ ...ownProcess(), pid: NO_PROCESS })).toBe(true);
  // As records of earlier versions have it.
  expect(isGone({ pid: process.pid, host: hostname() })).toBe(false);
  expect(isGone({ pid: NO_PROCESS, host: hostname() })).toBe(true);
});

test("nothing is known of another machine's", () => {
  expect(isNear({ pid: NO_PROCESS, host: "other" })).toBe(false);
  expect(isGone({ pid: NO_PROCESS, host: "other" })).toBe(false);
});

test.runIf(process.platform === "linux")("a number says little without boot, container and start", () => {
  const own = ownProcess();
  const [boot = "", namespace = "", ticks = ""] = (own.started ?? "").split(" ");
  expect(Number(ticks)).toBeGreaterThan(0);
  expect(isGone({ ...own, started: `${boot} ${namespace} 1` })).toBe(true);
  expect(isGone({ ...own, started: `another-boot ${namespace} ${ticks}` })).toBe(true);
  expect(isGone({ ...own, pid: NO_PROCESS, started: `${boot} pid:[1] ${ticks}` })).toBe(false);
});

test.runIf(process.platform === "linux")("a process that nobody has asked after is gone", async () => {
  // The shell becomes `sleep`, which never asks after the child that it has inherited.
  const shell = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  const child = { pid: Number(String(line).trim()), host: hostname() };
  await expect.poll(() => isGone(child)).toBe(true);
  expect(() => process.kill(child.pid, 0)).not.toThrow();
  shell.kill("SIGKILL");
});

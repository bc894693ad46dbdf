import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { childEnvironment, FIXTURES, vitestArguments } from "./child-suite.ts";
import { expectToBeGoneSoon, look, THERE, type Traces } from "./gone.ts";

let folder = "";
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "osiris-held-"));
});

afterEach(() => {
  // A test that failed may have left it running.
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function start(args: readonly string[]): number {
  child = spawn(process.execPath, args, {
    cwd: FIXTURES,
    env: childEnvironment({ HELD_FILE: heldFile(), OSIRIS_TEST_POSTGRES_URL: "" }),
    stdio: "ignore",
    // A process group of its own, as a shell makes for a command.
    detached: true,
  });
  if (child.pid === undefined) throw new Error("cannot start the child");
  return child.pid;
}

function heldFile(): string {
  return path.join(folder, "held.json");
}

/** The servers that the child says it holds. */
async function held(): Promise<readonly Traces[]> {
  const read = (): readonly Traces[] => JSON.parse(readFileSync(heldFile(), "utf8"));
  await expect.poll(() => read().length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
  return read();
}

describe("servers that nobody closes go when their suite", { timeout: 120_000 }, () => {
  const whole = (pid: number): number => -pid;
  const main = (pid: number): number => pid;

  test.for([
    ["gets Ctrl-C in a terminal", "SIGINT", whole],
    ["is interrupted", "SIGINT", main],
    ["is terminated", "SIGTERM", main],
    ["is killed", "SIGKILL", main],
    ["is killed with all its workers", "SIGKILL", whole],
  ] as const)("%s", async ([, signal, whom]) => {
    const pid = start(vitestArguments("held.suite.ts"));
    const servers = await held();
    expect(servers).toHaveLength(2);
    for (const server of servers) expect(await look(server)).toEqual(THERE);

    process.kill(whom(pid), signal);

    for (const server of servers) await expectToBeGoneSoon(server);
  });
});

describe("a server that nobody closes goes when its process", { timeout: 120_000 }, () => {
  test.for(["SIGINT", "SIGTERM", "SIGKILL"] as const)("gets %s", async (signal) => {
    const pid = start(["held.ts", heldFile(), "wait"]);
    const [server = expect.unreachable("no server")] = await held();
    expect(await look(server)).toEqual(THERE);

    process.kill(pid, signal);

    await expectToBeGoneSoon(server);
  });

  test.for(["return", "exit", "throw"] as const)("ends by %s", async (how) => {
    start(["held.ts", heldFile(), how]);
    const [server = expect.unreachable("no server")] = await held();
    await expectToBeGoneSoon(server);
  });
});

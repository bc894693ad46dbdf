import { existsSync } from "node:fs";
import { connect } from "node:net";

import { expect } from "vitest";

import type { RunningServer } from "../src/server.ts";

/** What has to be gone when a server was stopped. */
export interface Traces {
  readonly pid: number;
  readonly folder: string;
  readonly port: number;
}

export function tracesOf(server: RunningServer): Traces {
  if (server.process === undefined) throw new Error("a server that is not ours leaves no traces");
  return { ...server.process, port: server.port };
}

/** What is there of a server: all of it while it runs, nothing when it was stopped. */
export async function look(traces: Traces): Promise<Record<"process" | "folder" | "port", "there" | "gone">> {
  return {
    process: said(isRunning(traces.pid)),
    folder: said(existsSync(traces.folder)),
    port: said(await isOpen(traces.port)),
  };
}

export const THERE = { process: "there", folder: "there", port: "there" } as const;
export const GONE = { process: "gone", folder: "gone", port: "gone" } as const;

/** For a server that nobody waits for. */
export function expectToBeGoneSoon(traces: Traces): Promise<void> {
  return expect.poll(() => look(traces), { timeout: 20_000, interval: 50 }).toEqual(GONE);
}

function said(there: boolean): "there" | "gone" {
  return there ? "there" : "gone";
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import getPort from "get-port";

import { serverAccount, type Account } from "./account.ts";
import { answers, type Conversation } from "./conversation.ts";
import { GuardedProcess } from "./guarded-process.ts";
import { createServerFolder, giveTo } from "./template.ts";

const HOST = "127.0.0.1";
const PORT_ATTEMPTS = 5;

/** What is free for one server to use. */
export interface Place {
  readonly host: typeof HOST;
  readonly port: number;
  readonly folder: string;
}

export type Command = readonly [program: string, ...args: string[]];

/** How to start one server. */
export interface Launch {
  readonly name: string;
  command(place: Place): Command;
  /** Files to write to the folder before the start, by name. */
  files?(place: Place): Readonly<Record<string, string>>;
  /** A folder to copy to `<folder>/data` before the start. */
  readonly template?: string;
  /** What makes the server end at once, also when clients are still connected. */
  readonly stop: "INT" | "TERM" | ((place: Place) => Command);
  readonly ready: Ready;
  /** All of it: a server should not behave differently from machine to machine. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly account: Account | undefined;
  readonly startTimeout: number;
}

/**
 * When a server is up. Its own log has to say so, because on the port alone somebody else's server could answer;
 * and the port has to, because a container's log speaks of the ports inside of it.
 */
export interface Ready {
  readonly log: RegExp;
  readonly port: Conversation;
}

/** A server of ours, running in a place of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly place: Place;
  log(): string;
  close(): Promise<void>;
}

/** Starts a server on a free port in a folder of its own, and waits until it answers. */
export async function startProcess(launch: Launch): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await startOnce(launch);
    if ("started" in outcome) return outcome.started;
    // Between finding a free port and binding to it, another process may have taken it.
    const taken = /address (is )?already in use|port is already allocated/iu.test(outcome.log);
    if (!taken || attempt === PORT_ATTEMPTS) {
      throw new Error(`cannot start ${launch.name}: ${outcome.why}\n${outcome.log.trim()}`);
    }
  }
}

async function startOnce(
  launch: Launch,
): Promise<{ readonly started: ServerProcess } | { readonly why: string; readonly log: string }> {
  const port = await getPort({ host: HOST, reserve: true });
  const place: Place = { host: HOST, port, folder: createServerFolder() };
  const guarded = await guard(launch, place);
  const outcome = await waitUntilReady(guarded, launch, place);
  if ("pid" in outcome) {
    return { started: { pid: outcome.pid, place, log: () => guarded.log(), close: () => guarded.close() } };
  }
  await guarded.close();
  // The guard does this, unless it could not be run.
  await rm(place.folder, { recursive: true, force: true });
  return { why: outcome.why, log: guarded.log() };
}

async function guard(launch: Launch, place: Place): Promise<GuardedProcess> {
  try {
    for (const [name, content] of Object.entries(launch.files?.(place) ?? {})) {
      const file = path.join(place.folder, name);
      await writeFile(file, content);
      giveTo(serverAccount(), file);
    }
    const { account, environment, template, stop } = launch;
    return new GuardedProcess({
      folder: place.folder,
      command: launch.command(place),
      stop: typeof stop === "string" ? stop : stop(place),
      template,
      account,
      environment,
    });
  } catch (error) {
    await rm(place.folder, { recursive: true, force: true });
    throw error;
  }
}

async function waitUntilReady(
  guarded: GuardedProcess,
  launch: Launch,
  place: Place,
): Promise<{ readonly pid: number } | { readonly why: string }> {
  const deadline = Date.now() + launch.startTimeout;
  while (Date.now() < deadline) {
    const state = guarded.state();
    if (state.kind === "ended") return { why: state.how };
    const up = state.kind === "running" && launch.ready.log.test(guarded.log());
    if (up && (await answers(place, launch.ready.port))) return { pid: state.pid };
    await sleep(20);
  }
  return { why: `no answer on port ${place.port} after ${launch.startTimeout / 1000} s` };
}

/** The environment of a server that runs on this machine. */
export function serverEnvironment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
    ...more,
  };
}

import { readFileSync, statSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { OnRunning } from "../choices.ts";
import { FileSeries } from "../file-series.ts";
import { keyName, keyText, type PipelineKey } from "../pipeline-key.ts";
import { isGone, isNear, ownProcess, type ProcessIdentity } from "./process-identity.ts";

/** In the sessions folder, beside the runs. */
const LOCKS_FOLDER = "locks";
const POLL_MS = 200;
const HEARTBEAT_MS = 10_000;
/** How long a holder that cannot be asked after may show no sign of life. Clocks of machines differ by less. */
const SILENCE_MS = 180_000;

export interface RunLockRequest extends PipelineKey {
  /** The sessions folder. */
  readonly sessions: string;
  /** Asked when the lock seems free: of runs that wait, the one that begins last is to be the newest. */
  readonly runId: () => string;
  readonly onRunning: OnRunning;
  /** Ends the waiting at once: the call rejects with its reason. */
  readonly signal: AbortSignal;
  /** Called once, when it has to wait. */
  readonly onWait?: (holder: LockHolder) => void;
}

/** Whose the lock is: a run's for as long as it goes on, or for milliseconds that of a command such as `osiris clean`. */
export interface LockHolder {
  readonly run_id?: string;
  readonly command?: string;
  readonly process: ProcessIdentity;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Held until it is disposed of, or the process ends, however it ends. */
export interface RunLock extends Disposable {
  readonly file: string;
}

/**
 * Waits for, or refuses to, run a pipeline beside another run of it with the same profile.
 * @throws OsirisError `run.running`; the signal's reason
 */
export async function acquireRunLock(request: RunLockRequest): Promise<RunLock> {
  const { sessions, runId, onRunning, signal, onWait } = request;
  for (let waits = false; ;) {
    signal.throwIfAborted();
    const attempt = attemptRunLock(sessions, request, runId);
    if ("lock" in attempt) return attempt.lock;
    const { holder } = attempt;
    // Commands are done before anybody can read that one was in the way.
    if (onRunning === "fail" && holder.command === undefined) throw runningError(request, holder);
    if (!waits) onWait?.(holder);
    waits = true;
    // It rejects when the signal is aborted; then the next round throws the signal's own reason.
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

function attemptRunLock(sessions: string, key: PipelineKey, runId: () => string): LockAttempt {
  const holder = runLockHolder(sessions, key);
  return holder === undefined ? tryRunLock(sessions, key, { run_id: runId() }) : { holder };
}

type LockAttempt = { readonly lock: RunLock } | { readonly holder: LockHolder };

/** Takes the lock if it is free, or its holder has died. */
export function tryRunLock(
  sessions: string,
  key: PipelineKey,
  by: { readonly run_id: string } | { readonly command: string },
): LockAttempt {
  const files = lockFiles(sessions, key);
  for (;;) {
    const newest = files.newest();
    const holder = newest === 0 ? undefined : holderOf(files.path(newest));
    if (holder !== undefined) return { holder };
    const mine: LockHolder = { ...by, process: ownProcess(), since: new Date().toISOString() };
    if (files.create(newest + 1, `${JSON.stringify(mine)}\n`)) return { lock: hold(files.path(newest + 1)) };
  }
}

/** Who runs the pipeline now; undefined when nobody does. */
export function runLockHolder(sessions: string, key: PipelineKey): LockHolder | undefined {
  const files = lockFiles(sessions, key);
  const newest = files.newest();
  return newest === 0 ? undefined : holderOf(files.path(newest));
}

/** What to tell somebody who has to let a run go first. */
export function runningError(key: PipelineKey, holder: LockHolder): OsirisError {
  const { pid, host } = holder.process;
  const who = holder.run_id === undefined ? (holder.command ?? "Something") : `Run ${holder.run_id}`;
  return new OsirisError({
    code: "run.running",
    category: "resource",
    message: `${who} of ${keyText(key)} has been going on since ${holder.since} (process ${pid} on ${host})`,
    hint: 'Let it end, or wait for it with "osiris run --on-running wait". "osiris runs list" shows it.',
    retryable: true,
  });
}

/**
 * `locks/<pipeline>[@<profile>]/<number>.json`. The newest file is the lock: it holds its holder, and is empty when it is
 * free. A dead holder's lock is not removed, which two could do at once and the second would remove that of the
 * first; the next number is made, which only one can.
 */
function lockFiles(sessions: string, key: PipelineKey): FileSeries {
  return new FileSeries(join(sessions, LOCKS_FOLDER, keyName(key)), { keep: 2, durable: false });
}

/** Undefined when nobody holds it: it is empty, has been replaced, or its holder has died. */
function holderOf(file: string): LockHolder | undefined {
  let text: string;
  let seen: number;
  try {
    text = readFileSync(file, "utf8");
    seen = statSync(file).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (text.trim() === "") return undefined;
  const holder = parseHolder(text) ?? unknownHolder(seen);
  const dead = isNear(holder.process) ? isGone(holder.process) : Date.now() - seen > SILENCE_MS;
  return dead ? undefined : holder;
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || !isRecord(value["process"])) return undefined;
    const { pid, host } = value["process"];
    const whole = typeof pid === "number" && typeof host === "string" && typeof value["since"] === "string";
    return whole ? (value as unknown as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

/** Of a file that says nothing one can read: it counts while it is touched. */
function unknownHolder(seen: number): LockHolder {
  return { process: { pid: 0, host: "an unknown machine" }, since: new Date(seen).toISOString() };
}

function hold(file: string): RunLock {
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return {
    file,
    [Symbol.dispose]() {
      clearInterval(heartbeat);
      release(file);
    },
  };
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // Then other machines may take the lock over. The run is not wrong for that: its state is committed only on top of
    // the version that it has read.
  }
}

function release(file: string): void {
  try {
    // Needs no room on the disk.
    truncateSync(file);
  } catch (error) {
    // Another machine has taken it over.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Account } from "./account.ts";

/** Given as text, as the account of the server may not be able to read this folder; short, as `ps` shows it. */
const SCRIPT = readFileSync(new URL("guard.sh", import.meta.url), "utf8").replaceAll(/^ *#.*\n/gmu, "");

/** The guard itself sends KILL after 5 s: what takes longer than this is a defect of the guard. */
const CLOSE_TIMEOUT = 15_000;

export interface GuardedProcessOptions {
  /** The server's own folder: removed when the server has ended. */
  readonly folder: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly stop: "INT" | "TERM" | readonly [program: string, ...args: string[]];
  readonly template: string | undefined;
  readonly account: Account | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type GuardedState =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "ended"; readonly how: string };

/** A server under `guard.sh`: it ends, and its folder goes, when it is closed or when this process ends. */
export class GuardedProcess {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #logFile: number;
  readonly #ended = Promise.withResolvers<void>();
  #state: GuardedState = { kind: "starting" };
  #lastLog: string | undefined;

  constructor(options: GuardedProcessOptions) {
    this.#folder = options.folder;
    // Kept open: the guard removes the folder, and the log of a server that did not start is worth reading.
    this.#logFile = openSync(path.join(options.folder, "log"), "a+");
    const { folder, template, stop, command, account } = options;
    this.#child = spawn("sh", ["-c", SCRIPT, "guard", folder, template ?? "", stopText(stop), ...command], {
      ...account,
      cwd: folder,
      env: options.environment,
      stdio: ["pipe", "pipe", this.#logFile],
      // A session of its own: Ctrl-C in the terminal goes to the suite, and the guard sees the suite end.
      detached: true,
    });
    this.#follow();
  }

  state(): GuardedState {
    return this.#state;
  }

  log(): string {
    return this.#lastLog ?? this.#readLog();
  }

  /** Stops the server and waits until it and its folder are gone. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const timer = new AbortController();
    const late = sleep(CLOSE_TIMEOUT, true, { signal: timer.signal }).catch(() => false);
    const isLate = await Promise.race([late, this.#ended.promise.then(() => false)]);
    timer.abort();
    if (isLate) await this.#kill();
  }

  #follow(): void {
    const child = this.#child;
    child.stdout?.once("data", (line: Buffer) => {
      if (this.#state.kind === "starting")
        this.#state = { kind: "running", pid: Number.parseInt(String(line)) };
    });
    child.once("error", (error) => this.#end(`it cannot be run: ${error.message}`));
    child.once("exit", (code, signal) => this.#end(`it ended with ${signal ?? `exit code ${code}`}`));
    // The guard may be gone before we close its input.
    child.stdin?.on("error", () => {});
    // A suite that forgets to close its server must still be able to end; its end then stops the server.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
  }

  #end(how: string): void {
    if (this.#state.kind === "ended") return;
    this.#lastLog = this.#readLog();
    closeSync(this.#logFile);
    this.#state = { kind: "ended", how };
    this.#ended.resolve();
  }

  /** By position, as the server writes through the same open file. */
  #readLog(): string {
    const buffer = Buffer.alloc(fstatSync(this.#logFile).size);
    return buffer.toString("utf8", 0, readSync(this.#logFile, buffer, 0, buffer.length, 0));
  }

  async #kill(): Promise<never> {
    // The guard leads its process group.
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
    throw new Error(
      `cannot stop the server in ${this.#folder} in ${CLOSE_TIMEOUT / 1000} s: killed it\n${this.log()}`,
    );
  }
}

/** What `guard.sh` runs to stop the server. */
function stopText(stop: GuardedProcessOptions["stop"]): string {
  if (typeof stop === "string") return `kill -s ${stop} "$server"`;
  return stop.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

import { execFile } from "node:child_process";

import type { Account } from "./account.ts";

export interface RunOptions {
  readonly timeout: number;
  readonly as?: Account | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

export type RunResult =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly why: string };

/** Runs a command to its end, killed at the timeout. Never rejects. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { promise, resolve } = Promise.withResolvers<RunResult>();
  try {
    const child = execFile(
      command,
      args,
      {
        ...options.as,
        // The folder we are in may be closed to the account.
        cwd: options.folder ?? "/",
        env: { ...process.env, LC_ALL: "C", ...options.env },
        timeout: options.timeout,
        killSignal: "SIGKILL",
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ ok: true, stdout });
        const reason = error.killed === true ? `no end after ${options.timeout / 1000} s` : lastLines(stderr);
        resolve({ ok: false, why: `${command}: ${reason || error.message}` });
      },
    );
    child.stdin?.end();
  } catch (error) {
    // Some failures to start are thrown (EACCES for a changed user), others reported.
    resolve({ ok: false, why: `${command}: ${String(error)}` });
  }
  return promise;
}

/** `run` for a command that has to succeed. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const result = await run(command, args, options);
  if (!result.ok) throw new Error(result.why);
  return result.stdout;
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-5).join("\n");
}

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

/** The built command's file. */
export const OSIRIS: string = join(
  dirname(createRequire(import.meta.url).resolve("@osiris/cli/package.json")),
  "bin/osiris.js",
);

/** What a process took, from its start to its end. */
export interface Measured {
  readonly milliseconds: number;
  /** Of all its threads. */
  readonly cpuMilliseconds: number;
  /** The most memory that it had (resident set). */
  readonly megabytes: number;
  readonly stdout: string;
}

/** Runs node with the arguments to its end, and asks the system what it took. Throws when it fails. */
export async function inOwnProcess(args: readonly string[], folder: string): Promise<Measured> {
  const usage = join(folder, "usage.json");
  const preload = join(import.meta.dirname, "report-usage.ts");
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", preload, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, OSIRIS_BENCH_USAGE: usage, CI: "true" },
  });
  const ended = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [status, stdout, said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${String(status)}: ${said}`);
  const used = JSON.parse(readFileSync(usage, "utf8")) as Pick<Measured, "megabytes" | "cpuMilliseconds">;
  return { milliseconds, stdout, ...used };
}

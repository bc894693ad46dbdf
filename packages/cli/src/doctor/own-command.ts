import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { CLI_FOLDER } from "../project.ts";
import { join } from "node:path";

/** What a command said. */
export interface Answer {
  /** The document; undefined when it gave none. */
  readonly document: unknown;
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** Longer than any of them takes: a driver's module may take half a minute to load. */
const TIMEOUT_MS = 60_000;

/**
 * Runs this command in a process of its own, with `--json`. What drivers do to a process, from `process.exit` to a crash
 * of a native library, then happens to that one.
 */
export function askOwnCommand(cwd: string, ...args: readonly string[]): Promise<Answer> {
  return askNode(cwd, [join(CLI_FOLDER, "bin/osiris.js"), ...args, "--json"]);
}

/** Runs Node. The answer is the JSON on its stdout. */
export async function askNode(cwd: string, args: readonly string[]): Promise<Answer> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  try {
    const [stdout, stderr, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject)),
    ]);
    return { document: parse(stdout), exitCode, stderr };
  } finally {
    clearTimeout(timer);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // A process that was ended says nothing, or half of it.
    return undefined;
  }
}

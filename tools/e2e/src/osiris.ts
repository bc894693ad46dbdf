import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The built command's file. */
export const BIN: string = join(import.meta.dirname, "../../../packages/cli/bin/osiris.js");

/** Hundreds of processes compile the same files. */
const COMPILE_CACHE = join(tmpdir(), "osiris-e2e-compile-cache");

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a user would, to its end. */
export async function osiris(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  return outcomeOf(startOsiris(cwd, ...args));
}

/** Runs the built command with environment variables of its own, over those of this process. */
export async function osirisWith(
  variables: Readonly<Record<string, string>>,
  cwd: string,
  ...args: readonly string[]
): Promise<Outcome> {
  return outcomeOf(start(variables, cwd, args));
}

/** Starts the built command; for tests that send signals. */
export function startOsiris(cwd: string, ...args: readonly string[]): ChildProcess {
  return start({}, cwd, args);
}

/** The same, with environment variables of its own. */
export function startOsirisWith(
  variables: Readonly<Record<string, string>>,
  cwd: string,
  ...args: readonly string[]
): ChildProcess {
  return start(variables, cwd, args);
}

function start(
  variables: Readonly<Record<string, string>>,
  cwd: string,
  args: readonly string[],
): ChildProcess {
  const env: NodeJS.ProcessEnv = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, ...variables };
  // What a developer's shell, or the runner of these tests, says about its own folders and colours.
  for (const name of ["OSIRIS_SESSIONS", "OSIRIS_STATE", "FORCE_COLOR", "NO_COLOR", "CI"]) {
    if (!Object.hasOwn(variables, name)) delete env[name];
  }
  return spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Waits until the command has written `text` to stderr. */
export async function untilStderr(child: ChildProcess, text: string): Promise<void> {
  let seen = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      seen += chunk;
      if (seen.includes(text)) resolve();
    });
    child.once("close", () => reject(new Error(`ended without writing "${text}": ${seen}`)));
  });
}

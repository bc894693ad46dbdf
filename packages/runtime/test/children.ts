import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Starts a TypeScript file of this folder as a process of its own, on the sources. */
export function startChild(file: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@osiris/source", join(import.meta.dirname, file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The same, but no file that it writes gets longer than this: as if the disk were full. */
export function startLimitedChild(blocks: number, file: string, ...args: readonly string[]): ChildProcess {
  const command = [process.execPath, "--conditions=@osiris/source", join(import.meta.dirname, file), ...args];
  return spawn("sh", ["-c", `ulimit -f ${blocks}; exec "$@"`, "sh", ...command], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** What it wrote to stdout, line by line, once it has ended. */
export async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child, "close");
  return text.split("\n").filter((line) => line !== "");
}

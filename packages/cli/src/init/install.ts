import { spawn } from "node:child_process";
import { OsirisError } from "@osiris/core";

/** Runs `npm install`; what it says goes to stderr. */
export async function install(folder: string): Promise<void> {
  const isWindows = process.platform === "win32";
  const child = spawn("npm", ["install"], { cwd: folder, stdio: ["ignore", 2, 2], shell: isWindows });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  }).catch((error: unknown) => {
    throw failed(error instanceof Error ? error.message : String(error));
  });
  if (exitCode !== 0) throw failed(`it ended with ${exitCode}`);
}

function failed(why: string): OsirisError {
  return new OsirisError({
    code: "init.install_failed",
    category: "external",
    message: `The project was made, and npm install failed: ${why}`,
    hint: "Run it again in the project's folder.",
  });
}

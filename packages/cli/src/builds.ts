import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { usage } from "./usage-error.ts";
import { replaceFile } from "@osiris/runtime";

/** Holds the path of the newest manifest that `osiris compile` wrote. */
const LAST_FILE = "last-compile";

/** Where `osiris compile` writes unless told: equal pipelines share a folder. */
export function buildFolder(sessions: string, name: string, fingerprint: string): string {
  return join(sessions, "builds", `${name}-${fingerprint.replace("sha256:", "").slice(0, 12)}`);
}

export function rememberCompile(sessions: string, manifestFile: string): void {
  replaceFile(join(sessions, "builds", LAST_FILE), `${manifestFile}\n`);
}

export function lastCompile(sessions: string): string {
  const file = join(sessions, "builds", LAST_FILE);
  if (!existsSync(file))
    throw usage("Nothing has been compiled here yet", "Run: osiris compile <pipeline.yaml>");
  return readFileSync(file, "utf8").trim();
}

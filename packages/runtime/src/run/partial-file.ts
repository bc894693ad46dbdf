import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readRunRecord } from "./run-record.ts";

/** Where a run writes a destination before its rename: beside it (a rename stays on one disk), hidden, its own. */
export function partialPath(destination: string, runId: string): string {
  return join(dirname(destination), `.${basename(destination)}.${runId}.part`);
}

/** Removes what killed runs of this sessions folder have left beside a destination. */
export function removeStalePartials(destination: string, sessions: string): void {
  const folder = dirname(destination);
  const start = `.${basename(destination)}.`;
  for (const name of namesIn(folder)) {
    if (!name.startsWith(start) || !name.endsWith(".part")) continue;
    const runId = name.slice(start.length, -".part".length);
    const status = readRunRecord(join(sessions, runId))?.status;
    // Of a run that goes on, or that is not known here, the file may be in use.
    if (status !== undefined && status !== "running") rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It does not exist yet, or may not be listed: then nothing can be cleaned there.
    return [];
  }
}

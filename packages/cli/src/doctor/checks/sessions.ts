import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromHere } from "../../from-here.ts";
import type { DoctorCheck, Finding } from "../doctor-check.ts";

const PROBE_BYTES = 64 * 1024;

/** Whether a run could be kept. */
export const sessionsCheck: DoctorCheck = {
  id: "sessions",
  run: ({ sessions }) => [writable(sessions)],
};

function writable(sessions: string): Finding {
  const folder = existingFolder(sessions);
  const shown = fromHere(sessions);
  if (!statSync(folder).isDirectory()) {
    const message = `${shown}: ${folder} is a file, and runs are kept in a folder`;
    return { status: "error", message, remedy: REMEDY };
  }
  try {
    const probe = mkdtempSync(join(folder, ".osiris-doctor-"));
    try {
      writeFileSync(join(probe, "probe"), Buffer.alloc(PROBE_BYTES), { flush: true });
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
    return { status: "ok", message: `runs can be kept in ${shown}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { status: "error", message: `runs cannot be kept in ${shown}: ${why}`, remedy: REMEDY };
  }
}

const REMEDY =
  "Make room or correct its permissions, or name another folder: --sessions-dir, or OSIRIS_SESSIONS.";

/** The folder, or the nearest above it that is there: the first run makes the rest. */
export function existingFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

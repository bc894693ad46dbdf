import { lstatSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { listRuns } from "@osiris/runtime";
import { formatBytes } from "../../format.ts";
import type { DoctorCheck, Finding } from "../doctor-check.ts";
import { existingFolder } from "./sessions.ts";

const GIB = 1024 ** 3;
/** A run keeps its tables, and may spill as much again. */
const ROOM_FOR_RUNS = 3;
/** Where there was no run yet. */
const LITTLE = GIB / 2;
const MUCH_KEPT = 20 * GIB;

/** Whether the next run will find room, and how much the old ones take. */
export const diskCheck: DoctorCheck = {
  id: "disk",
  run({ sessions }) {
    const { bavail, bsize } = statfsSync(existingFolder(sessions));
    const sizes = listRuns(sessions).map(({ run_dir }) => folderSize(run_dir));
    return [roomFinding(bavail * bsize, sizes)];
  },
};

/** @param sizes of the runs that are kept, in bytes */
export function roomFinding(free: number, sizes: readonly number[]): Finding {
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const kept = sizes.reduce((sum, size) => sum + size, 0);
  const runs = sizes.length === 1 ? "1 run takes" : `${sizes.length} runs take`;
  const message = `${formatBytes(free)} free, ${runs} ${formatBytes(kept)}`;
  const remedy = "Make room: osiris clean removes old runs.";
  if (free < largest || free < LITTLE / 8) {
    const why = free < largest ? `the largest took ${formatBytes(largest)}` : "too little for a run";
    return { status: "error", message: `${message}; ${why}`, remedy };
  }
  if (free < Math.max(LITTLE, ROOM_FOR_RUNS * largest)) {
    return { status: "warning", message: `${message}; a run may not fit`, remedy };
  }
  return kept > MUCH_KEPT ? { status: "warning", message, remedy } : { status: "ok", message };
}

const BLOCK = 512;

/** What a folder takes on the disk, in bytes. A run that goes on changes under one's feet. */
function folderSize(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const { blocks = 0 } = lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) ?? {};
    bytes += blocks * BLOCK;
  }
  return bytes;
}

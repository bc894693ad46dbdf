import { totalmem } from "node:os";
import { defaultMemoryLimit } from "@osiris/core";
import { formatBytes } from "../../format.ts";
import type { DoctorCheck, Finding } from "../doctor-check.ts";

const MIB = 1024 * 1024;
/** DuckDB works with less, and spills all the time. */
const SMALL_LIMIT = 256 * MIB;

/** What DuckDB will take unless told, against what there is. */
export const memoryCheck: DoctorCheck = {
  id: "memory",
  run() {
    const constrained = process.constrainedMemory();
    const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
    const limit = Number.parseInt(defaultMemoryLimit(), 10) * MIB;
    return [memoryFinding(limit, process.availableMemory(), total)];
  },
};

/** All in bytes. */
export function memoryFinding(limit: number, available: number, total: number): Finding {
  const message = `DuckDB may take ${formatBytes(limit)} of ${formatBytes(total)}; ${formatBytes(available)} are free now`;
  if (limit < SMALL_LIMIT) {
    const remedy = "Give the machine or container 1 GiB and more, or expect runs to spill to the disk.";
    return { status: "warning", message, remedy };
  }
  if (available >= limit) return { status: "ok", message };
  return {
    status: "warning",
    message: `${message}: a run that takes its share may be ended by the system`,
    remedy: "End other programs, or run with --memory-limit 512MB or so.",
  };
}

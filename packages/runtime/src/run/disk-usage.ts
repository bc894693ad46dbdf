import { lstatSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../names-in.ts";

/** Most file systems, and Node's figure, count in these. */
const BLOCK = 512;

/** Bytes that a folder takes on the disk with all below it. Links are not followed. */
export function diskUsage(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // A running run's files come and go.
  if (found === undefined) return 0;
  const own = found.blocks * BLOCK;
  if (!found.isDirectory()) return own;
  return namesIn(path).reduce((sum, name) => sum + diskUsage(join(path, name)), own);
}

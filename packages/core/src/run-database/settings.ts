import { availableParallelism, totalmem } from "node:os";

const MIB = 1024 * 1024;
const DEFAULT_MEMORY_SHARE = 0.25;
const DEFAULT_MEMORY_CEILING_MIB = 2048;

/** What DuckDB may use. Fixed for the life of a run database. */
export interface DatabaseSettings {
  /** DuckDB's size text, such as `512MB`. @default 25 % of the memory this process may use, at most 2 GiB */
  readonly memoryLimit?: string;
  /** @default the number of cores */
  readonly threads?: number;
  /** Where a statement spills what does not fit. @default `spill/` beside the database */
  readonly tempDirectory?: string;
  /** DuckDB's size text. @default DuckDB's own: 90 % of the free disk */
  readonly maxTempSize?: string;
}

/** The files that SQL may reach. Everything else is refused by DuckDB itself. */
export interface ReachableFiles {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Absolute folders, with all below them. */
  readonly directories: readonly string[];
}

/** The memory limit DuckDB gets when nobody says otherwise, as `<n>MiB`. Honours a container's limit. */
export function defaultMemoryLimit(): string {
  // 0 means "no limit known"; a cgroup without a limit answers with an absurdly large number.
  const constrained = process.constrainedMemory();
  const usable = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const share = Math.floor((usable * DEFAULT_MEMORY_SHARE) / MIB);
  return `${Math.min(share, DEFAULT_MEMORY_CEILING_MIB)}MiB`;
}

/** How many DuckDB calls may run at once, by what they are. */
export interface CallSlots {
  /** Statements that run to their end: as many as there are cores. More would only fight for them. */
  readonly statements: number;
  /** Fetches from a stream and Osiris's own small statements. They must not wait behind minutes of SQL. */
  readonly fetches: number;
}

/** DuckDB's calls block a thread of libuv's pool; some of its threads stay free for files and name look-ups. */
export function callSlots(): CallSlots {
  // As libuv reads it: what is no number is a pool of one. Not a number at all would be slots that nobody ever gets.
  const pool = Number.parseInt(process.env["UV_THREADPOOL_SIZE"] ?? "4", 10) || 1;
  return {
    statements: Math.max(1, Math.min(availableParallelism(), Math.floor(pool / 2))),
    fetches: Math.max(1, Math.floor(pool / 4)),
  };
}

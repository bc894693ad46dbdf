/**
 * What users choose among on the command line. A module of its own, which the command imports alone: who asks for help does not wait
 * until the runtime is loaded.
 */

/** What to do while another run of the same pipeline and profile is going on. */
export const ON_RUNNING = ["wait", "fail"] as const;
export type OnRunning = (typeof ON_RUNNING)[number];

/** The tables that a run keeps: all, those that nobody or only writers read, or none. */
export const RETAIN = ["all", "outputs", "none"] as const;
export type Retain = (typeof RETAIN)[number];

/** `killed` is never written: it is what a record says whose process is gone. */
export const RUN_STATUSES = ["running", "succeeded", "failed", "cancelled", "killed"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

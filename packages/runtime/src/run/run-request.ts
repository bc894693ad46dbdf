import type { DatabaseSettings } from "@osiris/core";
import type { OnRunning, Retain } from "../choices.ts";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { RunnablePipeline } from "../manifest-files.ts";
import type { StateStore } from "../state/state-store.ts";
import type { LockHolder } from "./run-lock.ts";
import type { RunEvent } from "./run-log.ts";
import type { RunProgress } from "./run-progress.ts";
import type { RunRecord } from "./run-record.ts";

/** What is to be run, and how. */
export interface RunRequest {
  readonly pipeline: RunnablePipeline;
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** The folder that holds run folders. Made when it is missing. */
  readonly sessions: string;
  /** Where steps find the state of the last run and leave theirs. */
  readonly stateStore: StateStore;
  /** What to do when this pipeline is being run with the same profile already. @default "fail" */
  readonly onRunning?: OnRunning;
  /**
   * The run of this pipeline to go on with, looked up when nobody else runs it; undefined: a new one is started.
   * @default a new run
   */
  readonly resume?: () => RunRecord | undefined;
  /** Run only this step and what it needs. @default all steps */
  readonly to?: string;
  /** After so many milliseconds the run is stopped, and fails. @default no limit */
  readonly timeoutMs?: number;
  /** Which tables are kept. @default "all" */
  readonly retain?: Retain;
  /**
   * Aborting it cancels the run: nothing new starts, running statements are interrupted. With an OsirisError as its
   * reason the run fails with that error.
   */
  readonly signal: AbortSignal;
  /** Steps at once. @default the number of cores */
  readonly concurrency?: number;
  readonly database?: DatabaseSettings;
  /** Called for every event as it is written. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Called when the run has to wait for another one. */
  readonly onWait?: (holder: LockHolder) => void;
  /** Where to ask how far the running steps are. @default nobody asks */
  readonly progress?: RunProgress;
}

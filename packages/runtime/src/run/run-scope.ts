import type { PlaceInFile } from "@osiris/compiler";
import type { RunDatabase } from "@osiris/core";
import type { StepConfigs, StepFiles } from "../config/step-configs.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { Redactor } from "./redactor.ts";
import type { RunProgress } from "./run-progress.ts";
import type { RunLog } from "./run-log.ts";
import type { PublishedTables } from "./step-inputs.ts";

/** What all steps of a run share. */
export interface RunScope {
  readonly runId: string;
  readonly runDir: string;
  readonly configs: StepConfigs;
  readonly placeInFile: PlaceInFile | undefined;
  /** The files that steps name, by step id. */
  readonly files: ReadonlyMap<string, StepFiles>;
  readonly redactor: Redactor;
  readonly catalog: Catalog;
  readonly database: RunDatabase;
  readonly log: RunLog;
  /** Where a watcher asks how far steps are. */
  readonly progress: RunProgress | undefined;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
  /** What steps that are done have published. */
  readonly published: PublishedTables;
  /** What drivers share, by their keys. */
  readonly shared: Map<string, unknown>;
}

import type { ManifestStep } from "@osiris/compiler";
import type { StepRecord } from "../run/run-record.ts";

/** Where steps run. Every adapter moves the same step executor; none has one of its own. */
export interface ExecutionAdapter {
  /** Makes ready what all steps need. Called once, before any step. */
  prepare(): Promise<void>;
  /** Runs one step to its end. A step's failure is in its record; a rejection means that the adapter failed. */
  execute(step: ManifestStep): Promise<StepRecord>;
  /** Brings home what the run made and lets go of everything. Called once, on every path. */
  collect(): Promise<void>;
}

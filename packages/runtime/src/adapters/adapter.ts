import type { ManifestStep } from "@osiris/compiler";
import type { JsonValue } from "@osiris/core";
import type { StepReceipt } from "../run/receipt.ts";
import type { EarlierWork } from "../run/reuse.ts";
import type { StepEnd } from "../run/step-executor.ts";

/** Where steps run. Every adapter moves the same step executor; none has one of its own. */
export interface ExecutionAdapter {
  /** Makes ready what all steps need. Called once, before anything else. */
  prepare(): Promise<void>;
  /** What earlier sessions of the run have left; nothing in a run that is not resumed. */
  earlierWork(): Promise<EarlierWork>;
  /** Makes it as if these steps had never run; rows that wait behind a checkpoint stay. */
  forget(stepIds: readonly string[]): Promise<void>;
  /** Drops the rows that wait behind these steps' checkpoints. */
  forgetCheckpoints(stepIds: readonly string[]): Promise<void>;
  /** Takes what a step has made in an earlier session for its result. */
  reuse(step: ManifestStep, receipt: StepReceipt): void;
  /** Runs one step to its end. A step's failure is in its record; a rejection means that the adapter failed. */
  execute(step: ManifestStep, state: JsonValue | undefined): Promise<StepEnd>;
  /** Drops the tables of steps that are done and read no more. */
  drop(stepIds: readonly string[]): Promise<void>;
  /** Brings home what the run made and lets go of everything. Called once, on every path. */
  collect(): Promise<void>;
}

import { createHash } from "node:crypto";
import { isRecord, stepFingerprint, type ManifestStep } from "@osiris/compiler";
import type { JsonValue } from "@osiris/core";
import { findComponent } from "../discovery/find-component.ts";
import type { RecordedTable, StepRecord } from "./run-record.ts";
import type { RunScope } from "./run-scope.ts";

/** What a step that is done leaves in the run database: what it was, and what came of it. */
export interface StepReceipt extends StepIdentity {
  readonly rows_in: number;
  readonly rows_out: number;
  readonly rejected: number;
  readonly superseded: number;
  readonly duration_ms: number;
  readonly attempts: number;
  readonly tables: readonly RecordedTable[];
  readonly files: readonly string[];
  /** What it returned as its state. */
  readonly state?: JsonValue;
}

/** What must be equal for a step not to be run again. */
export interface StepIdentity {
  /** Of all that the manifest says of what it does. */
  readonly definition: string;
  /** Of its config with what comes from here: its connection, the environment, the folder of its paths. No secrets. */
  readonly config: string;
  /** `package@version` */
  readonly driver: string;
  /** Of the state that it started from; absent where it had none. */
  readonly state_in?: string;
}

export function stepIdentity(
  step: ManifestStep,
  { configs, catalog }: Pick<RunScope, "configs" | "catalog">,
  state: JsonValue | undefined,
): StepIdentity {
  return {
    definition: stepFingerprint(step, configs.own(step)),
    config: configs.identity(step, findComponent(step, catalog)),
    driver: `${step.driver.package}@${step.driver.version}`,
    ...(state === undefined ? {} : { state_in: stateFingerprint(state) }),
  };
}

export function stateFingerprint(state: JsonValue): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(state)).digest("hex")}`;
}

/** A receipt that was read back; undefined when it has not the form of one, as of a version with another form. */
export function asReceipt(value: JsonValue | undefined): StepReceipt | undefined {
  if (!isRecord(value)) return undefined;
  const { definition, config, driver, rows_in, rows_out, rejected, superseded, duration_ms, attempts } =
    value;
  const counts = [rows_in, rows_out, rejected, superseded, duration_ms, attempts];
  const isComplete =
    typeof definition === "string" &&
    typeof config === "string" &&
    typeof driver === "string" &&
    counts.every((count) => typeof count === "number") &&
    Array.isArray(value["tables"]) &&
    Array.isArray(value["files"]);
  return isComplete ? (value as unknown as StepReceipt) : undefined;
}

/** The record of a step that is not run again. */
export function reusedRecord(step: ManifestStep, receipt: StepReceipt): StepRecord {
  const { rows_in, rows_out, rejected, superseded, duration_ms, attempts, tables, files } = receipt;
  return {
    id: step.id,
    component: step.component,
    status: "succeeded",
    reused: true,
    rows_in,
    rows_out,
    rejected,
    superseded,
    attempts,
    duration_ms,
    tables,
    files,
  };
}

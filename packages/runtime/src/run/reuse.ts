import { existsSync } from "node:fs";
import type { ManifestStep } from "@osiris/compiler";
import type { JsonValue } from "@osiris/core";
import { stateFingerprint, type StepIdentity, type StepReceipt } from "./receipt.ts";

/** What a run that is resumed finds of its earlier sessions. */
export interface EarlierWork {
  readonly receipts: ReadonlyMap<string, StepReceipt>;
  /** The tables that are there. */
  readonly tables: ReadonlySet<string>;
}

/** What steps are now, by id. */
export interface StepsNow {
  readonly identities: ReadonlyMap<string, StepIdentity>;
  readonly states: ReadonlyMap<string, JsonValue>;
  /** Those whose state this very run has committed. */
  readonly ownStates: ReadonlySet<string>;
}

export type Reuse =
  | { readonly receipt: StepReceipt }
  /** Why the step is run again, in plain words. */
  | { readonly again: string };

/** The one reason that surprises nobody. */
export const NOT_DONE = "it was not done";

/**
 * Which steps need not be run again, by id: those that are done, are the same as then, and started from what would be
 * theirs today. Steps must stand below those that they need.
 */
export function reusableSteps(
  steps: readonly ManifestStep[],
  earlier: EarlierWork,
  now: StepsNow,
): ReadonlyMap<string, Reuse> {
  const gone = new Set<string>();
  for (;;) {
    const reuses = new Map<string, Reuse>();
    for (const step of steps) reuses.set(step.id, reuseOf(step, earlier, now, reuses, gone));
    const missing = steps.filter((step) => isMissed(step, steps, reuses, earlier));
    if (missing.length === 0) return reuses;
    for (const { id } of missing) gone.add(id);
  }
}

function reuseOf(
  step: ManifestStep,
  earlier: EarlierWork,
  now: StepsNow,
  above: ReadonlyMap<string, Reuse>,
  gone: ReadonlySet<string>,
): Reuse {
  const receipt = earlier.receipts.get(step.id);
  const identity = now.identities.get(step.id);
  if (receipt === undefined || identity === undefined) return { again: NOT_DONE };
  if (receipt.definition !== identity.definition) return { again: "its definition has changed" };
  if (receipt.config !== identity.config) {
    return { again: "its connection, the environment or the folder of its paths has changed" };
  }
  if (receipt.driver !== identity.driver) {
    return { again: `its driver was ${receipt.driver} and is now ${identity.driver}` };
  }
  if (!hasSameState(step, receipt, identity, now)) return { again: "its state has changed since" };
  const remade = step.needs.find((need) => !isReused(above.get(need)));
  if (remade !== undefined) return { again: `its input ${remade} is made again` };
  if (gone.has(step.id)) return { again: "its table was not kept" };
  const file = receipt.files.find((path) => !existsSync(path));
  if (file !== undefined) return { again: `its file ${file} is gone` };
  return { receipt };
}

/**
 * The state is also the same when it is what this very run has made of it. Another run that has come to an equal state
 * has delivered the rows before it, which this one still has in its tables.
 */
function hasSameState(
  { id }: ManifestStep,
  receipt: StepReceipt,
  identity: StepIdentity,
  { states, ownStates }: StepsNow,
): boolean {
  if (receipt.state_in === identity.state_in) return true;
  const current = states.get(id);
  return (
    ownStates.has(id) &&
    current !== undefined &&
    receipt.state !== undefined &&
    stateFingerprint(current) === stateFingerprint(receipt.state)
  );
}

/** Tables may have been dropped (`retain`); that matters only to a reader that runs again. */
function isMissed(
  step: ManifestStep,
  steps: readonly ManifestStep[],
  reuses: ReadonlyMap<string, Reuse>,
  { tables }: EarlierWork,
): boolean {
  const reuse = reuses.get(step.id);
  if (!isReused(reuse)) return false;
  const isRead = steps.some(({ id, needs }) => needs.includes(step.id) && !isReused(reuses.get(id)));
  return isRead && reuse.receipt.tables.some(({ name }) => !tables.has(name));
}

export function isReused(reuse: Reuse | undefined): reuse is { readonly receipt: StepReceipt } {
  return reuse !== undefined && "receipt" in reuse;
}

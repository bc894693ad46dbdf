import type { ManifestStep } from "@osiris/compiler";
import type { JsonValue } from "@osiris/core";
import { readersOf } from "./step-graph.ts";

/**
 * Says which states count. A step's new state does when it and all steps downstream of it have succeeded: until then its
 * rows have not arrived, and the next run must read them again.
 */
export class StateCommit {
  readonly #steps: ReadonlyMap<string, ManifestStep>;
  readonly #readers: ReadonlyMap<string, readonly ManifestStep[]>;
  readonly #succeeded = new Set<string>();
  /** Those that have succeeded with all that is downstream. */
  readonly #arrived = new Set<string>();
  readonly #states = new Map<string, JsonValue>();

  /** @param steps all steps of the pipeline, also those that are not asked for */
  constructor(steps: readonly ManifestStep[]) {
    this.#steps = new Map(steps.map((step) => [step.id, step]));
    this.#readers = readersOf(steps);
  }

  /**
   * @param state what the step has returned; undefined: its state stays
   * @returns the states that count from now on; they belong together
   */
  succeeded(id: string, state: JsonValue | undefined): ReadonlyMap<string, JsonValue> {
    this.#succeeded.add(id);
    if (state !== undefined) this.#states.set(id, state);
    const due = new Map<string, JsonValue>();
    const open = [id];
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      if (this.#arrived.has(step) || !this.#hasArrived(step)) continue;
      this.#arrived.add(step);
      const own = this.#states.get(step);
      if (own !== undefined) due.set(step, own);
      open.push(...(this.#steps.get(step)?.needs ?? []));
    }
    return due;
  }

  #hasArrived(id: string): boolean {
    const readers = this.#readers.get(id) ?? [];
    return this.#succeeded.has(id) && readers.every((reader) => this.#arrived.has(reader.id));
  }
}

import type { ManifestStep } from "@osiris/compiler";
import type { Retain } from "../choices.ts";
import { readersOf } from "./step-graph.ts";

/** Says which steps' tables are needed no more. What was rejected is always kept. */
export class Retention {
  readonly #steps: ReadonlyMap<string, ManifestStep>;
  readonly #readers: ReadonlyMap<string, readonly ManifestStep[]>;
  readonly #retain: Retain;
  readonly #succeeded = new Set<string>();

  constructor(steps: readonly ManifestStep[], retain: Retain) {
    this.#steps = new Map(steps.map((step) => [step.id, step]));
    this.#readers = readersOf(steps);
    this.#retain = retain;
  }

  /** The ids of steps whose tables can go now that this step has succeeded. */
  succeeded(step: ManifestStep): readonly string[] {
    this.#succeeded.add(step.id);
    if (this.#retain === "all") return [];
    return [...step.needs, step.id].filter((id) => this.#isDue(id));
  }

  #isDue(id: string): boolean {
    if (this.#steps.get(id)?.mode === "write") return false;
    const readers = this.#readers.get(id) ?? [];
    if (!this.#succeeded.has(id) || !readers.every((reader) => this.#succeeded.has(reader.id))) return false;
    const isOutput = readers.length === 0 || readers.some(({ mode }) => mode === "write");
    return this.#retain === "none" || !isOutput;
  }
}

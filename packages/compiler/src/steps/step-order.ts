import type { StepDraft } from "./step-draft.ts";

/** Tells whether steps run one after the other. Steps are taken to need only steps above them, as they must. */
export class StepOrder {
  readonly #steps: readonly StepDraft[];
  readonly #position: ReadonlyMap<StepDraft, number>;
  readonly #byId: ReadonlyMap<string, StepDraft>;
  readonly #reaches = new Map<StepDraft, Reach>();

  constructor(steps: readonly StepDraft[]) {
    this.#steps = steps;
    this.#position = new Map(steps.map((step, position) => [step, position]));
    this.#byId = new Map(steps.map((step) => [step.oml.id, step]));
  }

  /** True when one of the two waits for the other, through any number of steps between. Ask often about one `step`. */
  isFixed(step: StepDraft, other: StepDraft): boolean {
    if (step === other) return false;
    const from = this.#position.get(step) ?? 0;
    const to = this.#position.get(other) ?? 0;
    const reach = this.#reaches.get(step) ?? {
      above: { steps: new Set([step]), known: from },
      below: { steps: new Set([step]), known: from },
    };
    this.#reaches.set(step, reach);
    const { above, below } = reach;
    // Step by step up to the one in question, and no further: most are near.
    for (; above.known > to; above.known--) {
      const at = this.#steps[above.known];
      if (at !== undefined && above.steps.has(at)) for (const need of this.#needs(at)) above.steps.add(need);
    }
    for (; below.known < to; below.known++) {
      const at = this.#steps[below.known + 1];
      if (at !== undefined && this.#needs(at).some((need) => below.steps.has(need))) below.steps.add(at);
    }
    return to <= from ? above.steps.has(other) : below.steps.has(other);
  }

  #needs(step: StepDraft): readonly StepDraft[] {
    return step.needs.flatMap((id) => this.#byId.get(id) ?? []);
  }
}

/** What a step waits for, and what waits for it, as far as that is known: up to a position. */
interface Reach {
  readonly above: { readonly steps: Set<StepDraft>; known: number };
  readonly below: { readonly steps: Set<StepDraft>; known: number };
}

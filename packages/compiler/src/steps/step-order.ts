/** Tells whether steps run one after the other. Steps are taken to need only steps above them, as they must. */
export class StepOrder<Step extends { readonly needs: readonly string[] }> {
  readonly #steps: readonly Step[];
  readonly #position: ReadonlyMap<Step, number>;
  readonly #byId: ReadonlyMap<string, Step>;
  readonly #reaches = new Map<Step, Reach<Step>>();

  constructor(steps: readonly Step[], idOf: (step: Step) => string) {
    this.#steps = steps;
    this.#position = new Map(steps.map((step, position) => [step, position]));
    this.#byId = new Map(steps.map((step) => [idOf(step), step]));
  }

  /** True when one of the two waits for the other, through any number of steps between. Ask often about one `step`. */
  isFixed(step: Step, other: Step): boolean {
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

  #needs(step: Step): readonly Step[] {
    return step.needs.flatMap((id) => this.#byId.get(id) ?? []);
  }
}

/** What a step waits for, and what waits for it, as far as that is known: up to a position. */
interface Reach<Step> {
  readonly above: { readonly steps: Set<Step>; known: number };
  readonly below: { readonly steps: Set<Step>; known: number };
}

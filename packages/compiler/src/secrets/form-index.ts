import type { Range } from "./mask-line.ts";

/** Texts to look for, by their first characters and their length: a text is searched once for all of them. */
export class FormIndex {
  readonly #startLength: number;
  readonly #byStart = new Map<string, Map<number, Set<string>>>();

  /** `startLength`: no form is shorter. */
  constructor(startLength: number) {
    this.#startLength = startLength;
  }

  get isEmpty(): boolean {
    return this.#byStart.size === 0;
  }

  add(form: string): void {
    const start = form.slice(0, this.#startLength);
    const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>();
    this.#byStart.set(start, byLength);
    byLength.set(form.length, (byLength.get(form.length) ?? new Set<string>()).add(form));
  }

  *forms(): Iterable<string> {
    for (const byLength of this.#byStart.values()) for (const forms of byLength.values()) yield* forms;
  }

  rangesIn(text: string): readonly Range[] {
    const ranges: Range[] = [];
    for (let at = 0; at + this.#startLength <= text.length; at++) {
      for (const [length, forms] of this.#byStart.get(text.slice(at, at + this.#startLength)) ?? []) {
        if (forms.has(text.slice(at, at + length))) ranges.push([at, at + length]);
      }
    }
    return ranges;
  }
}

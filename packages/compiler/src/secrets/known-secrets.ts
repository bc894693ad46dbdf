import { maskLine, type Range } from "./mask-line.ts";

/** Shorter ones are in every other word. */
const SHORTEST = 3;

/** The secrets that were found written out: whatever is shown is searched for them. */
export class KnownSecrets {
  /** By their first characters and their length, so that a text is searched once for all of them. */
  readonly #byStart = new Map<string, Map<number, Set<string>>>();

  add(secret: string): void {
    for (const line of secret.split(/[\r\n]+/)) {
      const text = line.trim();
      // As it is, and as files write it in quotes.
      for (const form of new Set([text, JSON.stringify(text).slice(1, -1), text.replaceAll("'", "''")])) {
        if (form.length >= SHORTEST) this.#addForm(form);
      }
    }
  }

  #addForm(form: string): void {
    const start = form.slice(0, SHORTEST);
    const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>();
    this.#byStart.set(start, byLength);
    byLength.set(form.length, (byLength.get(form.length) ?? new Set<string>()).add(form));
  }

  rangesIn(text: string): readonly Range[] {
    const ranges: Range[] = [];
    if (this.#byStart.size === 0) return ranges;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      for (const [length, secrets] of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
        if (secrets.has(text.slice(at, at + length))) ranges.push([at, at + length]);
      }
    }
    return ranges;
  }

  mask(text: string): string {
    return maskLine(text, this.rangesIn(text), 0).text;
  }
}

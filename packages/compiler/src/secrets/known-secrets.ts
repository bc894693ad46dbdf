import { maskLine, type Range } from "./mask-line.ts";

/** Shorter ones are in every other word. */
const SHORTEST = 3;

/** Secrets by their values: whatever is shown is searched for them. */
export class KnownSecrets {
  /** By their first characters and their length, so that a text is searched once for all of them. */
  readonly #byStart = new Map<string, Map<number, Set<string>>>();

  /** Whole, and each of its lines: a file may show one of them. */
  add(secret: string): void {
    for (const text of new Set([secret, ...secret.split(/[\r\n]+/).map((line) => line.trim())])) {
      if (text.length < SHORTEST) continue;
      for (const form of formsOf(text)) this.#addForm(form);
    }
  }

  get isEmpty(): boolean {
    return this.#byStart.size === 0;
  }

  #addForm(form: string): void {
    const start = form.slice(0, SHORTEST);
    const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>();
    this.#byStart.set(start, byLength);
    byLength.set(form.length, (byLength.get(form.length) ?? new Set<string>()).add(form));
  }

  rangesIn(text: string): readonly Range[] {
    const ranges: Range[] = [];
    if (this.isEmpty) return ranges;
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

/** As it is, as files write it in quotes, as it stands in a URL, and in a header. */
function formsOf(text: string): readonly string[] {
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    text.replaceAll("'", "''"),
    encodeURIComponent(text.toWellFormed()),
    Buffer.from(text, "utf8").toString("base64"),
  ];
}

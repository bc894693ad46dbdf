import type { Range } from "./mask-line.ts";

/** Texts to look for, by their first characters and their length: a text is searched once for all of them. */
export class FormIndex {
  readonly #startLength: number;
  readonly #byStart = new Map<string, Map<number, Set<string>>>();
  /** Finds the next place where a form may start; made when it is needed, for the forms that there are then. */
  #starts: RegExp | undefined;

  /** `startLength`: no form is shorter. */
  constructor(startLength: number) {
    this.#startLength = startLength;
  }

  get isEmpty(): boolean {
    return this.#byStart.size === 0;
  }

  add(form: string): void {
    const start = form.slice(0, this.#startLength);
    if (!this.#byStart.has(start)) this.#starts = undefined;
    const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>();
    this.#byStart.set(start, byLength);
    byLength.set(form.length, (byLength.get(form.length) ?? new Set<string>()).add(form));
  }

  *forms(): Iterable<string> {
    for (const byLength of this.#byStart.values()) for (const forms of byLength.values()) yield* forms;
  }

  rangesIn(text: string): readonly Range[] {
    const ranges: Range[] = [];
    for (let at = this.#nextStart(text, 0); at >= 0; at = this.#nextStart(text, at + 1)) {
      for (const [length, forms] of this.#byStart.get(text.slice(at, at + this.#startLength)) ?? []) {
        if (forms.has(text.slice(at, at + length))) ranges.push([at, at + length]);
      }
    }
    return ranges;
  }

  /** The regular expression looks at each character once; millions of rows may pass through here. */
  #nextStart(text: string, from: number): number {
    if (this.isEmpty) return -1;
    this.#starts ??= new RegExp([...this.#byStart.keys()].map(literally).join("|"), "g");
    this.#starts.lastIndex = from;
    return this.#starts.exec(text)?.index ?? -1;
  }
}

/** Each unit by its number: a start may end within a character that has two. */
function literally(text: string): string {
  return Array.from(
    { length: text.length },
    (_, at) => String.raw`\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

import type { LogLine } from "./line-sink.ts";

/** The last lines of many, in memory for those alone. */
export class LastLines {
  readonly #count: number;
  readonly #lines: LogLine[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) this.#lines.push(line);
    // Not at every call: it moves all that stay.
    if (this.#lines.length > 2 * this.#count) this.#lines.splice(0, this.#lines.length - this.#count);
  }

  get lines(): readonly LogLine[] {
    return this.#lines.slice(-this.#count);
  }
}

import type { Excerpt } from "../finding.ts";
import { printable } from "../printable.ts";
import { KnownSecrets } from "../secrets/known-secrets.ts";
import { keyOf, maskLine, merged, secretRanges, suspectRanges, type Range } from "../secrets/mask-line.ts";
import { mayHoldSecrets } from "../secrets/secret-names.ts";

/** Longer lines are not shown: nobody reads them, and what is in them is hard to tell. */
const MAX_SHOWN_LINE = 4_000;
const SHOWN_BEFORE = 100;
const SHOWN_WIDTH = 180;
/** How far up the keys that a line belongs to are searched. */
const MAX_LINES_ABOVE = 200;

/** The lines of a file: where they are, and what may be shown of them. */
export class Lines {
  readonly #text: string;
  readonly #starts: readonly number[];
  readonly #hidden: Range[] = [];
  #hiddenInOrder: readonly Range[] | undefined;
  #suspects: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** From 1. */
  positionOf(offset: number): { readonly line: number; readonly column: number } {
    const within = Math.min(offset, this.#text.length);
    const line = firstIndex(this.#starts, (start) => start > within);
    return { line, column: within - (this.#starts[line - 1] ?? 0) + 1 };
  }

  /** Keeps what stands there out of every excerpt, and what follows on the line: there may be more of it. */
  hide(start: number, end: number): void {
    const { line } = this.positionOf(end);
    this.#hidden.push([start, this.#endOf(line)]);
    this.#hiddenInOrder = undefined;
  }

  /** The file cannot be read: what its lines may hold is told by names alone, and by `names` too. */
  suspect(names: ReadonlySet<string>): void {
    this.#suspects = names;
  }

  excerptAt(offset: number, secrets: KnownSecrets): Excerpt {
    const { line, column } = this.positionOf(offset);
    const text = this.#lineText(line);
    if (text.length > MAX_SHOWN_LINE) return { text: "…", column: 1 };
    const ranges = [...this.#hiddenIn(line), ...secretRanges(text), ...secrets.rangesIn(text)];
    const suspects = this.#suspects;
    if (suspects !== undefined) {
      const isSecret = (name: string): boolean => mayHoldSecrets(name, suspects);
      ranges.push(...suspectRanges(text, isSecret));
      if (this.#isBelow(line, isSecret)) ranges.push([indentation(text), text.length]);
    }
    const shown = maskLine(text, ranges, Math.min(column - 1, text.length));
    return cut(printable(shown.text).toWellFormed(), shown.column);
  }

  #lineText(line: number): string {
    return this.#text.slice(this.#starts[line - 1], this.#endOf(line)).replace(/\r$/, "");
  }

  #endOf(line: number): number {
    return (this.#starts[line] ?? this.#text.length + 1) - 1;
  }

  /** What is hidden of a line, from the line's start. */
  #hiddenIn(line: number): readonly Range[] {
    const lineStart = this.#starts[line - 1] ?? 0;
    const lineEnd = this.#endOf(line);
    this.#hiddenInOrder ??= merged(this.#hidden);
    const all = this.#hiddenInOrder;
    const ranges: Range[] = [];
    for (let index = firstIndex(all, ([, end]) => end > lineStart); index < all.length; index++) {
      const [start, end] = all[index] ?? [lineEnd, lineEnd];
      if (start >= lineEnd) break;
      ranges.push([Math.max(start, lineStart) - lineStart, Math.min(end, lineEnd) - lineStart]);
    }
    return ranges;
  }

  /** Whether a line belongs to the value of a key, by its indentation. */
  #isBelow(line: number, isKey: (name: string) => boolean): boolean {
    let indent = indentation(this.#lineText(line));
    for (let above = line - 1; above > 0 && line - above <= MAX_LINES_ABOVE; above--) {
      const text = this.#lineText(above);
      if (text.trim() === "" || indentation(text) >= indent) continue;
      indent = indentation(text);
      if (isKey(keyOf(text) ?? "")) return true;
    }
    return false;
  }
}

/** Where an index of a text is, with its line as findings show it. */
export function placeInText(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number; readonly excerpt: Excerpt } {
  const lines = new Lines(text);
  return { ...lines.positionOf(offset), excerpt: lines.excerptAt(offset, new KnownSecrets()) };
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

/** The first index from which on `isBehind` holds, in a list where it does so from some place on. */
function firstIndex<Item>(items: readonly Item[], isBehind: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function cut(text: string, column: number): Excerpt {
  if (text.length <= SHOWN_WIDTH) return { text, column: column + 1 };
  const from = Math.max(0, Math.min(column - SHOWN_BEFORE, text.length - SHOWN_WIDTH));
  const before = from > 0 ? "…" : "";
  const after = from + SHOWN_WIDTH < text.length ? "…" : "";
  return {
    text: before + text.slice(from, from + SHOWN_WIDTH).toWellFormed() + after,
    column: column - from + before.length + 1,
  };
}

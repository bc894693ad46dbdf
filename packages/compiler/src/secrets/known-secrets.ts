import { decodedViews } from "./decoded-views.ts";
import { FormIndex } from "./form-index.ts";
import { maskLine, merged, type Range } from "./mask-line.ts";

/** Shorter ones are in every other word. */
const SHORTEST = 3;
const SHORTEST_IN_NAME = 8;
/** Shorter pieces of base64, and secrets in hexadecimal, are in too much else. */
const SHORTEST_PIECE = 6;
const SHORTEST_HEX = 4;

/** Where somebody has cut a text: of a secret, a part may be left. */
const CUT = /\.{3,}|…/g;
/** Fewer characters of a secret open no door. */
const SHORTEST_PART = 4;
const LONGEST_PART = 200;

/** What is ours, and of a form of its own: run ids, fingerprints, moments. A secret can only be all of one, not a part. */
const OWN =
  /(?<![\w-])(?:\d{8}T\d{9}Z-[0-9a-f]{6}|sha256:[0-9a-f]{64}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)(?!\w)/g;

/**
 * Secrets by their values: whatever is shown is searched for them. This is the one place that knows in which forms a
 * secret may stand in a text: as it is; escaped, in whatever way, for JSON, URLs, HTML, SQL, shells and code; in base64,
 * also inside a longer text; in hexadecimal; cut short.
 */
export class KnownSecrets {
  readonly #plain = new FormIndex(SHORTEST);
  readonly #base64 = new FormIndex(SHORTEST);

  /** Whole, and each of its lines: a file may show one of them. */
  add(secret: string): void {
    for (const text of new Set([secret, ...secret.split(/[\r\n]+/).map((line) => line.trim())])) {
      if (text.length < SHORTEST) continue;
      for (const form of plainForms(text)) this.#plain.add(form);
      for (const form of base64Forms(text)) this.#base64.add(form);
    }
  }

  get isEmpty(): boolean {
    return this.#plain.isEmpty;
  }

  /** Where secrets stand in a text, in no order. */
  rangesIn(text: string): readonly Range[] {
    if (this.isEmpty) return [];
    return decodedViews(text).flatMap((view) =>
      [
        ...this.#plain.rangesIn(view.text),
        ...this.#base64.rangesIn(view.text).map((range) => wholeBase64(view.text, range)),
        ...this.#cutRangesIn(view.text),
      ].map(([start, end]): Range => [view.origin(start), view.origin(end)]),
    );
  }

  /** For what people read. */
  mask(text: string): string {
    const found = this.rangesIn(text);
    if (found.length === 0) return text;
    const own = Array.from(text.matchAll(OWN), ({ index, 0: { length } }): Range => [index, index + length]);
    return maskLine(
      text,
      found.filter((range) => !own.some((token) => isInside(range, token))),
      0,
    ).text;
  }

  /** For what programs compare, and where short secrets would be found in every other name. */
  maskName(name: string): string {
    const long = merged(this.rangesIn(name)).filter(([start, end]) => end - start >= SHORTEST_IN_NAME);
    return long.reduceRight(
      (masked, [start, end]) => `${masked.slice(0, start)}redacted${masked.slice(end)}`,
      name,
    );
  }

  #cutRangesIn(text: string): readonly Range[] {
    const ranges: Range[] = [];
    for (const { index, 0: mark } of text.matchAll(CUT)) {
      for (const form of this.#plain.forms()) {
        const before = partLength(form, (part) => text.endsWith(part, index), "start");
        const after = partLength(form, (part) => text.startsWith(part, index + mark.length), "end");
        ranges.push([index - before, index], [index + mark.length, index + mark.length + after]);
      }
    }
    return ranges;
  }
}

/** How much of the start or the end of a secret is there; 0 where it is too little to tell. */
function partLength(form: string, isThere: (part: string) => boolean, side: "start" | "end"): number {
  for (let length = Math.min(form.length - 1, LONGEST_PART); length >= SHORTEST_PART; length--) {
    if (isThere(side === "start" ? form.slice(0, length) : form.slice(-length))) return length;
  }
  return 0;
}

function isInside([start, end]: Range, [from, to]: Range): boolean {
  return start >= from && end <= to && end - start < to - from;
}

/** What decoding does not bring back: quotes doubled for SQL and CSV, closed for shells; blanks as `+` or run together. */
function plainForms(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const forms = [
    text,
    text.replaceAll("'", "''"),
    text.replaceAll("'", String.raw`'\''`),
    text.replaceAll('"', '""'),
    text.replaceAll(" ", "+"),
    text.replaceAll(/\s+/g, " "),
  ];
  if (text.length >= SHORTEST_HEX) forms.push(bytes.toString("hex"), bytes.toString("hex").toUpperCase());
  return forms;
}

/** Alone, and behind one or two other bytes: then only the characters that are made of nothing else. */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const pieces = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const forms = [bytes.toString("base64"), ...pieces.filter(({ length }) => length >= SHORTEST_PIECE)];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** The first and last characters of a piece are made of a secret's bits too, and what is around it was encoded with it. */
function wholeBase64(text: string, [start, end]: Range): Range {
  const alphabet = /[A-Za-z0-9+/_-]/;
  let from = start;
  let to = end;
  while (from > 0 && alphabet.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && alphabet.test(text.charAt(to))) to += 1;
  while (text.charAt(to) === "=") to += 1;
  return [from, to];
}

import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLParseError,
} from "yaml";
import type { Excerpt, Place } from "../finding.ts";
import type { FindingCode } from "../finding-codes.ts";
import type { Path } from "../references.ts";
import type { Report } from "../report.ts";
import { maskLine, secretRanges, type Range } from "../secrets/mask-line.ts";

/** A stretch of a file's text: indexes, from and to. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** No file of ours comes near it, and a parser takes minutes and gigabytes for ten times as much. */
export const MAX_FILE_CHARACTERS = 8_000_000;

/** Where an alias of YAML may lead: more than any file needs, less than an attack. */
const MAX_ALIASES = 100;

/** Longer lines are not shown: nobody reads them, and what is in them is hard to tell. */
const MAX_SHOWN_LINE = 4_000;
const SHOWN_BEFORE = 100;
const SHOWN_WIDTH = 180;

const ALIAS_HINT = "Write the repeated part out; a text that begins with * needs quotes.";

const SYNTAX_FINDINGS: Readonly<
  Record<string, { readonly code: FindingCode; readonly message: string; readonly hint?: string }>
> = {
  DUPLICATE_KEY: {
    code: "yaml.duplicate_key",
    message: "This key stands twice in the same mapping",
    hint: "Keep one of the two.",
  },
  MULTIPLE_DOCS: { code: "yaml.syntax", message: "The file holds one document; here a second begins" },
  RESOURCE_EXHAUSTION: { code: "yaml.too_deep", message: "This is nested too deeply to be read" },
};

/** A YAML file with the way back from any value to its line and column. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #document: Document | undefined;
  readonly #lines = new LineCounter();
  /** By mapping: what its keys are called elsewhere -> what they are called in the file. */
  readonly #oldNames = new WeakMap<Node, Map<string, string>>();
  readonly #hidden: Range[] = [];

  constructor(text: string, file: string) {
    this.file = file;
    // A byte order mark is not part of the document, and would shift the first line's columns.
    this.text = text.replace(/^\uFEFF/, "");
    if (this.text.length > MAX_FILE_CHARACTERS) return;
    this.#document = parseDocument(this.text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      version: "1.2",
    });
  }

  /**
   * The document as plain data; undefined, with what is wrong reported, when it cannot be had: broken YAML, numbers
   * that JavaScript would round, aliases that lead nowhere or everywhere.
   */
  read(report: Report): { readonly value: unknown } | undefined {
    const document = this.#document;
    if (document === undefined) {
      const limit = `${MAX_FILE_CHARACTERS / 1_000_000} million characters`;
      report.add("yaml.too_large", this.#span(0), `The file has more than ${limit}`);
      return undefined;
    }
    for (const error of firstOfEachLine(document.errors, this.text)) this.#reportSyntax(error, report);
    if (document.errors.length > 0) return undefined;
    const isSound = this.#checkIntegers(document, report) && this.#checkAliases(document, report);
    if (!isSound) return undefined;
    try {
      return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
    } catch {
      report.add("yaml.aliases", this.#span(0), "The file's aliases multiply it beyond measure", ALIAS_HINT);
      return undefined;
    }
  }

  #reportSyntax(error: YAMLParseError, report: Report): void {
    const span = this.#span(error.pos[0], error.pos[1]);
    const known = SYNTAX_FINDINGS[error.code];
    // The parser cites the text it stumbles over, which may be a secret.
    const message = error.message.replace(/( in YAML stream)?: ".*$/s, " here");
    if (known === undefined) report.add("yaml.syntax", span, message, this.#syntaxHint(error.pos[0]));
    else report.add(known.code, span, known.message, known.hint);
  }

  /** The mistake that people make with references: in `{ }` and `[ ]` a brace ends an unquoted text. */
  #syntaxHint(offset: number): string | undefined {
    const lineStart = this.text.lastIndexOf("\n", offset - 1) + 1;
    const line = this.text.slice(lineStart, lineStart + MAX_SHOWN_LINE).split("\n", 1)[0] ?? "";
    return /[^"'$]\$\{/.test(line) ? 'Put texts with ${…} in quotes: "${params.name}".' : undefined;
  }

  /** YAML numbers become JavaScript's, which would round these without a word. */
  #checkIntegers(document: Document, report: Report): boolean {
    let isSound = true;
    visit(document, {
      Scalar: (_, { value, range }) => {
        if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
        isSound = false;
        const message = "This number has more digits than can be kept exactly";
        report.add(
          "yaml.unsafe_integer",
          this.#span(range?.[0] ?? 0, range?.[1]),
          message,
          "Put it in quotes.",
        );
      },
    });
    return isSound;
  }

  /** An alias must lead to something that stands before it, and not around it. Messages leave out its name. */
  #checkAliases(document: Document, report: Report): boolean {
    let isSound = true;
    const anchors = new Map<string, unknown>();
    visit(document, {
      Node: (_, node, ancestors) => {
        if (!isAlias(node)) {
          if (node.anchor !== undefined) anchors.set(node.anchor, node);
          return;
        }
        const target = anchors.get(node.source);
        if (target !== undefined && !ancestors.includes(target as Node)) return;
        isSound = false;
        const what =
          target === undefined ? "leads to nothing above it" : "leads back to what it is a part of";
        report.add(
          "yaml.aliases",
          this.#span(node.range?.[0] ?? 0, node.range?.[1]),
          `This alias ${what}`,
          ALIAS_HINT,
        );
      },
    });
    return isSound;
  }

  /** From now on paths may call a key of the mapping at `parent` by another name than it has in the file. */
  rename(parent: Path, oldName: string, name: string): void {
    const node = this.#find(parent).value;
    if (node === undefined) return;
    this.#oldNames.set(node, (this.#oldNames.get(node) ?? new Map<string, string>()).set(name, oldName));
  }

  /** The value at `path`, or its nearest ancestor that is written down. */
  spanOf(path: Path): Span {
    const range = this.#find(path).value?.range;
    return this.#span(range?.[0] ?? 0, range?.[1]);
  }

  /** The last key of `path`. */
  spanOfKey(path: Path): Span {
    const { key, value } = this.#find(path);
    const range = (key ?? value)?.range;
    return this.#span(range?.[0] ?? 0, range?.[1]);
  }

  /** A stretch of the text at `path`, from `offset` on, in block and folded scalars too. */
  spanInText(path: Path, offset: number, length?: number): Span {
    const { value } = this.#find(path);
    if (!isScalar(value) || typeof value.value !== "string") return this.spanOf(path);
    const text = value.value;
    const start = align(text, offset, this.text, value);
    const word = length ?? (/^(\w+|.)/su.exec(text.slice(offset))?.[0].length || 1);
    const last = Math.min(offset + word, text.length) - 1;
    return this.#span(start, last < offset ? start + 1 : align(text, last, this.text, value) + 1);
  }

  /** Keeps what stands there out of every excerpt. */
  hide({ start, end }: Span): void {
    this.#hidden.push([start, end]);
  }

  placeOf({ start, end }: Span): Place {
    const from = this.#position(start);
    const to = this.#position(Math.max(start, end));
    return { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  excerptAt({ start }: Span): Excerpt {
    const lineStart = this.text.lastIndexOf("\n", start - 1) + 1;
    const lineEnd = this.text.indexOf("\n", start);
    const line = this.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, "");
    if (line.length > MAX_SHOWN_LINE) return { text: "…", column: 1 };
    const hidden = this.#hidden
      .filter(([from, to]) => to > lineStart && from < lineStart + line.length)
      .map(([from, to]): Range => [clamp(from - lineStart, line), clamp(to - lineStart, line)]);
    const shown = maskLine(line, [...hidden, ...secretRanges(line)], start - lineStart);
    return cut(shown.text, shown.column);
  }

  #find(path: Path): { key?: Node; value?: Node } {
    const contents = this.#document?.contents;
    let found: { key?: Node; value?: Node } = isNode(contents) ? { value: contents } : {};
    for (const step of path) {
      const { value: parent } = found;
      if (parent === undefined) return found;
      const oldName = this.#oldNames.get(parent)?.get(String(step));
      const next = child(parent, step) ?? (oldName === undefined ? undefined : child(parent, oldName));
      if (next === undefined) return found;
      found = next;
    }
    return found;
  }

  #span(start: number, end?: number): Span {
    return { source: this, start, end: end ?? start };
  }

  #position(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** One mistake makes the parser stumble over all that follows it on the line. */
function firstOfEachLine(errors: readonly YAMLParseError[], text: string): readonly YAMLParseError[] {
  let end = -1;
  return errors
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter(({ pos }) => {
      if (pos[0] <= end) return false;
      const next = text.indexOf("\n", pos[0]);
      end = next < 0 ? text.length : next;
      return true;
    });
}

function clamp(column: number, line: string): number {
  return Math.min(Math.max(column, 0), line.length);
}

function cut(text: string, column: number): Excerpt {
  if (text.length <= SHOWN_WIDTH) return { text, column: column + 1 };
  const from = Math.max(0, Math.min(column - SHOWN_BEFORE, text.length - SHOWN_WIDTH));
  const before = from > 0 ? "…" : "";
  const after = from + SHOWN_WIDTH < text.length ? "…" : "";
  return {
    text: before + text.slice(from, from + SHOWN_WIDTH) + after,
    column: column - from + before.length + 1,
  };
}

function child(node: Node, step: string | number): { key?: Node; value?: Node } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return isNode(item) ? { value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
  );
  if (pair === undefined) return undefined;
  const key = isNode(pair.key) ? pair.key : undefined;
  const value = isNode(pair.value) ? pair.value : key;
  return { ...(key ? { key } : {}), ...(value ? { value } : {}) };
}

type ScalarNode = Node & { readonly type?: string };

/** The first character of a scalar's content: after the quote, or on the line after `|` or `>`. */
function contentStart(text: string, scalar: ScalarNode): number {
  const start = scalar.range?.[0] ?? 0;
  if (scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED") return text.indexOf("\n", start) + 1;
  return scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE" ? start + 1 : start;
}

/** What stands in the source for one character of the value. */
const PIECES: Readonly<Record<string, RegExp>> = {
  QUOTE_DOUBLE: /\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[^])|[^]/giy,
  QUOTE_SINGLE: /''|[^]/gy,
};
const PLAIN_PIECE = /[^]/gy;
/** A line break in quotes and what follows a backslash for white space. */
const BLANK = /^(?:\s|\\[\s0abtnvfreN_LP]|\\x(?:0|20))/;

/**
 * YAML changes only white space between a scalar's source and its value, and escapes in quoted ones, so the n-th
 * visible character of the value is the n-th visible one of the source.
 */
function align(value: string, offset: number, source: string, scalar: ScalarNode): number {
  const visible = value.slice(0, offset).replaceAll(/\s/g, "").length;
  const atEnd = value.slice(offset).trim() === "";
  const pieces = new RegExp(PIECES[scalar.type ?? ""] ?? PLAIN_PIECE);
  pieces.lastIndex = contentStart(source, scalar);
  let seen = 0;
  let end = pieces.lastIndex;
  for (let match = pieces.exec(source); match !== null; match = pieces.exec(source)) {
    if (BLANK.test(match[0])) continue;
    if (!atEnd && seen === visible) return match.index;
    if (atEnd && seen === visible) return end;
    seen += 1;
    end = pieces.lastIndex;
  }
  return end;
}

import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import type { Excerpt, Place } from "../finding.ts";
import type { FindingCode } from "../finding-codes.ts";
import type { Path } from "../references.ts";
import type { Report } from "../report.ts";
import type { KnownSecrets } from "../secrets/known-secrets.ts";
import { mayHoldSecrets } from "../secrets/secret-names.ts";
import { isLiteralSecret } from "../secrets/secret-texts.ts";
import { Lines } from "./lines.ts";
import { keyText, plainValue } from "./plain-value.ts";
import { scalarOffsets, type ScalarOffsets } from "./scalar-offsets.ts";

/** A stretch of a file's text: indexes, from and to. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** No file of ours comes near it. */
export const MAX_FILE_CHARACTERS = 8_000_000;
/** Nor near this many marks that may mean something in YAML: each takes the parser microseconds and a kilobyte. */
const MAX_MARKS = 1_000_000;

/** YAML 1.2, 5.1: what a file may not hold as it is. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

/** A longer word is underlined in part. */
const MAX_WORD = 1_000;

const TAG = {
  code: "yaml.tag",
  message: "A tag stands here that means nothing in this file",
  hint: "Remove it, or put quotes around a text that begins with !.",
} as const;

/** What the parser says, and what we say instead. */
const SYNTAX_FINDINGS: Readonly<
  Record<string, { readonly code: FindingCode; readonly message: string; readonly hint?: string }>
> = {
  MULTIPLE_DOCS: { code: "yaml.syntax", message: "The file holds one document; here a second begins" },
  RESOURCE_EXHAUSTION: { code: "yaml.too_deep", message: "This is nested too deeply to be read" },
  TAG_RESOLVE_FAILED: TAG,
  BAD_COLLECTION_TYPE: TAG,
};

/** A YAML file with the way back from any value to its line and column. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #document: Document | undefined;
  readonly #lines: Lines;
  readonly #secretNames: () => ReadonlySet<string>;
  /** By mapping: what its keys are called elsewhere -> what they are called in the file. */
  readonly #oldNames = new WeakMap<Node, Map<string, string>>();
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  readonly #offsets = new WeakMap<Scalar, ScalarOffsets>();

  /** `secretNames`: keys of secrets that do not sound like it, asked for when a file cannot be read, for its lines. */
  constructor(text: string, file: string, secretNames: () => ReadonlySet<string> = () => new Set()) {
    this.file = file;
    this.#secretNames = secretNames;
    // A byte order mark is not part of the document, and would shift the first line's columns.
    this.text = text.replace(/^\uFEFF/, "");
    this.#lines = new Lines(this.text);
    if (this.text.length > MAX_FILE_CHARACTERS || hasMoreMarksThan(MAX_MARKS, this.text)) return;
    this.#document = parseDocument(this.text, {
      prettyErrors: false,
      version: "1.2",
      // Whatever %YAML says, and whatever tags stand there.
      schema: "core",
      resolveKnownTags: false,
      // We look for them ourselves: the parser compares each key with each.
      uniqueKeys: false,
    });
  }

  /**
   * The document as plain data; undefined, with what is wrong reported, when it cannot be had: broken YAML, numbers
   * that JavaScript would round, aliases that lead nowhere or everywhere.
   */
  read(report: Report): { readonly value: unknown } | undefined {
    const document = this.#document;
    if (document === undefined) {
      const message =
        "The file has more than 8 million characters, or a million brackets, commas, lines and such";
      report.add("yaml.too_large", this.#span(0), message, "Is it the right file?");
      return undefined;
    }
    const control = CONTROL.exec(this.text);
    if (control !== null) {
      const message = "A control character stands here, which no YAML file may hold";
      report.add("yaml.syntax", this.#span(control.index, control.index + 1), message, "Remove it.");
      this.#hideSecrets(document);
      return undefined;
    }
    const tags = document.warnings.filter(({ code }) => SYNTAX_FINDINGS[code] === TAG);
    const broken = [...document.errors, ...tags];
    for (const error of firstOfEachLine(broken, this.text)) this.#reportSyntax(error, report);
    if (broken.length > 0) {
      this.#hideSecrets(document);
      return undefined;
    }
    let good = true;
    const value = plainValue(document.contents, (node, code, message, hint) => {
      good = false;
      report.add(code, this.#span(node.range?.[0] ?? 0, node.range?.[1]), message, hint);
    });
    if (good) return { value };
    this.#hideSecrets(document);
    return undefined;
  }

  #reportSyntax(error: YAMLError, report: Report): void {
    const span = this.#span(error.pos[0], error.pos[1]);
    const known = SYNTAX_FINDINGS[error.code];
    if (known !== undefined) return report.add(known.code, span, known.message, known.hint);
    // What follows is quoted from the file, and may be a secret.
    const message = error.message.replace(/((?<=\w):| sequence) .*$/s, "");
    report.add("yaml.syntax", span, message, this.#syntaxHint(error.pos[0]));
  }

  /** The mistake that people make with references: in `{ }` and `[ ]` a brace ends an unquoted text. */
  #syntaxHint(offset: number): string | undefined {
    const lineStart = this.text.lastIndexOf("\n", offset - 1) + 1;
    const line = this.text.slice(lineStart, lineStart + 1_000).split("\n", 1)[0] ?? "";
    return /[^"'$]\$\{/.test(line) ? 'Put texts with ${…} in quotes: "${params.name}".' : undefined;
  }

  /** Nobody will look for secrets in a file that cannot be read, and its lines are shown all the same. */
  #hideSecrets(document: Document): void {
    const secretNames = this.#secretNames();
    this.#lines.suspect(secretNames);
    // With a stack of our own: what is nested too deeply comes here, too.
    const open: unknown[] = [document.contents];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (isSeq(node)) for (const item of node.items) open.push(item);
      if (!isMap(node)) continue;
      for (const { key, value } of node.items) {
        open.push(value);
        const name = isScalar(key) ? keyText(key) : "";
        if (!isNode(value) || !mayHoldSecrets(name, secretNames)) continue;
        if (isScalar(value) && !isLiteralSecret(String(value.value))) continue;
        this.hide(this.#span(value.range?.[0] ?? 0, value.range?.[1]));
      }
    }
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
    const offsets = this.#offsets.get(value) ?? scalarOffsets(value, this.text);
    this.#offsets.set(value, offsets);
    const at = (index: number): number => offsets[Math.min(index, text.length)] ?? 0;
    const word = length ?? (/^(\w+|.)/su.exec(text.slice(offset, offset + MAX_WORD))?.[0].length || 1);
    const last = Math.min(offset + word, text.length) - 1;
    return this.#span(at(offset), last < offset ? at(offset) + 1 : at(last) + 1);
  }

  /** Keeps what stands there out of every excerpt, and what follows on the line: there may be more of it. */
  hide({ start, end }: Span): void {
    this.#lines.hide(start, end);
  }

  placeOf({ start, end }: Span): Place {
    const from = this.#lines.positionOf(start);
    const to = this.#lines.positionOf(Math.max(start, end));
    return { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  /** The line of a span without what was hidden, what looks like a secret, and the secrets that are known. */
  excerptAt({ start }: Span, secrets: KnownSecrets): Excerpt {
    return this.#lines.excerptAt(start, secrets);
  }

  #find(path: Path): Found {
    const contents = this.#document?.contents;
    let found: Found = isNode(contents) ? { value: contents } : {};
    for (const step of path) {
      const { value: parent } = found;
      if (parent === undefined) return found;
      const oldName = this.#oldNames.get(parent)?.get(String(step));
      const next =
        this.#child(parent, step) ?? (oldName === undefined ? undefined : this.#child(parent, oldName));
      if (next === undefined) return found;
      found = next;
    }
    return found;
  }

  #child(node: Node, step: string | number): Found | undefined {
    if (isSeq(node)) {
      const item = typeof step === "number" ? node.items[step] : undefined;
      return isNode(item) ? { value: item } : undefined;
    }
    if (!isMap(node)) return undefined;
    const pairs = this.#pairs.get(node) ?? pairsByKey(node);
    this.#pairs.set(node, pairs);
    const pair = pairs.get(String(step));
    if (pair === undefined) return undefined;
    const key = isNode(pair.key) ? pair.key : undefined;
    const value = isNode(pair.value) ? pair.value : key;
    return { ...(key ? { key } : {}), ...(value ? { value } : {}) };
  }

  #span(start: number, end?: number): Span {
    return { source: this, start, end: end ?? start };
  }
}

/** One mistake makes the parser stumble over all that follows it on the line. */
function firstOfEachLine(errors: readonly YAMLError[], text: string): readonly YAMLError[] {
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

interface Found {
  readonly key?: Node;
  readonly value?: Node;
}

function pairsByKey(map: YAMLMap): ReadonlyMap<string, Pair> {
  return new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[keyText(pair.key), pair]] : [])));
}

function hasMoreMarksThan(limit: number, text: string): boolean {
  let marks = 0;
  for (let at = 0; at < text.length && marks <= limit; at++)
    if (IS_MARK[text.charCodeAt(at)] === 1) marks += 1;
  return marks > limit;
}

const IS_MARK: Uint8Array = new Uint8Array(128);
for (const mark of "\n-?:,[]{}#&*!|>'\"%@`") IS_MARK[mark.charCodeAt(0)] = 1;

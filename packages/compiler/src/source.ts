import {
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
import type { Finding, Place } from "./finding.ts";

export type Path = readonly (string | number)[];

/** A YAML file with the way back from any value to its line and column. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string, file: string) {
    this.file = file;
    // A byte order mark is not part of the document, and would shift the first line's columns.
    this.text = text.replace(/^\uFEFF/, "");
    this.#document = parseDocument(this.text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      version: "1.2",
    });
  }

  /** What is wrong with the YAML itself. When this is not empty, {@link value} must not be used. */
  syntaxFindings(): readonly Finding[] {
    const errors = this.#document.errors.map((error) => this.#syntaxFinding(error));
    return errors.length > 0 ? errors : this.#unsafeIntegers();
  }

  #syntaxFinding(error: YAMLParseError): Finding {
    const place = this.#place(error.pos[0]);
    if (error.code === "DUPLICATE_KEY") {
      const message = "This key stands twice in the same mapping";
      return { code: "yaml.duplicate_key", message, hint: "Keep one of the two.", place };
    }
    if (error.code === "MULTIPLE_DOCS") {
      return {
        code: "yaml.syntax",
        message: "A pipeline file holds one document; here a second begins",
        place,
      };
    }
    if (error.code === "RESOURCE_EXHAUSTION") {
      return { code: "yaml.too_deep", message: "This is nested too deeply to be read", place };
    }
    return { code: "yaml.syntax", message: error.message, place };
  }

  /** YAML numbers become JavaScript's, which would round these without a word. */
  #unsafeIntegers(): readonly Finding[] {
    const findings: Finding[] = [];
    visit(this.#document, {
      Scalar: (_, { value, range }) => {
        if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
        const message = "This number has more digits than can be kept exactly";
        const place = this.#place(range?.[0] ?? 0);
        findings.push({ code: "yaml.unsafe_integer", message, hint: "Put it in quotes.", place });
      },
    });
    return findings;
  }

  /** The document as plain data, or the error that its aliases cause: unresolved ones, or a "billion laughs". */
  value(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Where the value at `path` stands, or its nearest ancestor that is written down. */
  placeOf(path: Path): Place {
    return this.#place(this.#find(path).value?.range?.[0] ?? 0);
  }

  /** Where the key of the last step of `path` stands. */
  placeOfKey(path: Path): Place {
    const { key, value } = this.#find(path);
    return this.#place(key?.range?.[0] ?? value?.range?.[0] ?? 0);
  }

  /** Where the character at `offset` of the text at `path` stands, in block and folded scalars too. */
  placeInText(path: Path, offset: number): Place {
    const { value } = this.#find(path);
    if (!isScalar(value) || typeof value.value !== "string") return this.placeOf(path);
    const start = contentStart(this.text, value);
    return this.#place(align(value.value, offset, this.text, start));
  }

  #find(path: Path): { key?: Node; value?: Node } {
    const contents = this.#document.contents;
    let found: { key?: Node; value?: Node } = isNode(contents) ? { value: contents } : {};
    for (const step of path) {
      const next = child(found.value, step);
      if (next === undefined) return found;
      found = next;
    }
    return found;
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function child(node: Node | undefined, step: string | number): { key?: Node; value?: Node } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return isNode(item) ? { value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
  if (pair === undefined) return undefined;
  const key = isNode(pair.key) ? pair.key : undefined;
  const value = isNode(pair.value) ? pair.value : key;
  return { ...(key ? { key } : {}), ...(value ? { value } : {}) };
}

/** The first character of a scalar's content: after the quote, or on the line after `|` or `>`. */
function contentStart(text: string, scalar: Node & { type?: string }): number {
  const start = scalar.range?.[0] ?? 0;
  if (scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED") return text.indexOf("\n", start) + 1;
  return scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE" ? start + 1 : start;
}

/**
 * YAML changes only white space between a scalar's source and its value (and escapes in quoted ones), so the n-th
 * visible character of the value is the n-th visible one of the source.
 */
function align(value: string, offset: number, source: string, start: number): number {
  let visible = value.slice(0, offset).replaceAll(/\s/g, "").length;
  const atEnd = value.slice(offset).trim() === "";
  let position = start;
  while (position < source.length) {
    if (!/\s/.test(source[position] ?? "")) {
      if (visible === 0 && !atEnd) return position;
      visible -= 1;
      if (visible <= 0 && atEnd) return position + 1;
    }
    position += 1;
  }
  return position;
}

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { FindingCode } from "../finding-codes.ts";

/** Deeper than any file of ours, and shallow enough for every walk over the data to be a simple recursion. */
const MAX_DEPTH = 100;
/** What aliases may repeat in all: more than any file needs, less than an attack. */
const MAX_REPEATED = 100_000;

/** YAML's own limit, which holds for most keys. Keys stand in messages. */
const MAX_KEY = 1024;

export type Refuse = (node: Node, code: FindingCode, message: string, hint?: string) => void;

/** A document's nodes as plain data. What plain data cannot hold, or should not, is refused; the rest is read anyway. */
export function plainValue(contents: unknown, refuse: Refuse): unknown {
  return new Reading(refuse).value(contents, 1);
}

/** The name that a key gets in plain data. */
export function keyText({ value }: Scalar): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}

interface Anchored {
  value: unknown;
  /** How many nodes it stands for; undefined as long as it has not ended. */
  size: number | undefined;
}

class Reading {
  readonly #refuse: Refuse;
  readonly #anchors = new Map<string, Anchored>();
  #size = 0;
  #repeated = 0;
  #isTooDeep = false;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  value(node: unknown, depth: number): unknown {
    this.#size += 1;
    if (isScalar(node)) return this.#anchored(node, () => this.#scalar(node));
    if (isAlias(node)) return this.#alias(node);
    if (!isMap(node) && !isSeq(node)) return null;
    if (depth > MAX_DEPTH) {
      if (!this.#isTooDeep) this.#refuse(node, "yaml.too_deep", "This is nested too deeply to be read");
      this.#isTooDeep = true;
      return null;
    }
    return this.#anchored(node, () =>
      isMap(node) ? this.#map(node, depth) : node.items.map((item) => this.value(item, depth + 1)),
    );
  }

  #anchored(node: Node & { readonly anchor?: string }, read: () => unknown): unknown {
    if (node.anchor === undefined) return read();
    const anchored: Anchored = { value: null, size: undefined };
    this.#anchors.set(node.anchor, anchored);
    const before = this.#size;
    anchored.value = read();
    anchored.size = this.#size - before + 1;
    return anchored.value;
  }

  /** Messages do not name the alias: a password that begins with an asterisk is one. */
  #alias(node: Node & { readonly source: string }): unknown {
    const hint = "Write the part out, or put quotes around a text that begins with *.";
    const anchored = this.#anchors.get(node.source);
    if (anchored === undefined) {
      this.#refuse(node, "yaml.aliases", "This alias points to nothing that stands above it", hint);
    } else if (anchored.size === undefined) {
      this.#refuse(node, "yaml.aliases", "This alias points to something that it is a part of", hint);
    } else if (this.#repeated <= MAX_REPEATED) {
      this.#size += anchored.size;
      this.#repeated += anchored.size;
      if (this.#repeated <= MAX_REPEATED) return anchored.value;
      this.#refuse(
        node,
        "yaml.aliases",
        "Up to here the file's aliases repeat more than 100,000 values",
        hint,
      );
    }
    return null;
  }

  #scalar(node: Scalar): unknown {
    const { value } = node;
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) {
      this.#refuse(node, "yaml.not_finite", "This is no finite number", "Put it in quotes if it is a text.");
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const message = "This number has more digits than can be kept exactly";
      this.#refuse(node, "yaml.unsafe_integer", message, "Put it in quotes.");
    }
    return value;
  }

  #map(node: YAMLMap, depth: number): unknown {
    const entries = new Map<string, unknown>();
    for (const pair of node.items) {
      const key = this.#key(pair, entries);
      const value = this.value(pair.value, depth + 1);
      if (key !== undefined) entries.set(key, value);
    }
    // Not by assignment: a key may be __proto__.
    return Object.fromEntries(entries);
  }

  #key({ key }: Pair, entries: ReadonlyMap<string, unknown>): string | undefined {
    if (!isScalar(key)) {
      const message = "A key must be a text, and this is something else";
      this.#refuse(key as Node, "yaml.syntax", message, "Put quotes around it.");
      return undefined;
    }
    this.#anchored(key, () => key.value);
    const text = keyText(key);
    if (text.length > MAX_KEY) {
      this.#refuse(key, "yaml.syntax", "A key can have 1,024 characters at most, as YAML has it");
      return undefined;
    }
    if (entries.has(text)) {
      const message = "This key stands twice in the same mapping";
      this.#refuse(key, "yaml.duplicate_key", message, "Keep one of the two.");
    }
    return text;
  }
}

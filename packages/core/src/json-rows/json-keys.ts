import type { Column } from "../contract.ts";
import { wellFormed } from "./json-cell.ts";

/** The types that a found key's column may have while rows are staged. JSON takes objects and arrays only. */
export type StagedType = "BIGINT" | "DOUBLE" | "BOOLEAN" | "VARCHAR" | "JSON";

/** A key of the rows that gets a column of its own. */
export interface JsonKey {
  readonly key: string;
  /** Position among the keys; the key's short name in the rest column. */
  readonly id: number;
  /** The declared type. Values that do not fit it are errors. */
  readonly declared: string | undefined;
  /** Where values that fit are staged; the others, or all without one, go to the rest column. */
  staged: { readonly column: string; readonly type: StagedType | "declared" } | undefined;
}

/**
 * The keys that get columns, in order: the declared ones, then others as they appear, up to a limit. The ones that
 * appear after it are not remembered, so that a source with endless keys ends in bounded memory.
 */
export class JsonKeys {
  readonly #keys = new Map<string, JsonKey>();
  readonly #limit: number;

  private constructor(limit: number) {
    this.#limit = limit;
  }

  static declared(columns: readonly Column[], limit: number): JsonKeys {
    const keys = new JsonKeys(limit);
    for (const { name, type } of columns) keys.#add(name, type);
    return keys;
  }

  /** The keys as they were. */
  static restored(all: readonly JsonKey[], limit: number): JsonKeys {
    const keys = new JsonKeys(limit);
    for (const { key, declared, staged } of all) keys.#add(key, declared).staged = staged;
    return keys;
  }

  get all(): readonly JsonKey[] {
    return [...this.#keys.values()];
  }

  /** The key's entry, made when it appears for the first time; undefined for one beyond the limit. */
  find(key: string): JsonKey | undefined {
    const known = this.#keys.get(key);
    if (known !== undefined || this.#keys.size >= this.#limit) return known;
    wellFormed(key);
    return this.#add(key, undefined);
  }

  #add(key: string, declared: string | undefined): JsonKey {
    const entry = { key, id: this.#keys.size, declared, staged: undefined };
    this.#keys.set(key, entry);
    return entry;
  }
}

import { hash } from "node:crypto";
import { OsirisError, type JsonInput, type JsonValue } from "@osiris/core";
import { compareDecimals, decimalOf, decimalText, type Decimal } from "./decimal.ts";

/** As many hashes fit into a state, which has at most 1 MiB. */
const MOST_KEPT = 40_000;

/** While rows come in no order, more of them may seem to be near the newest. */
const MOST_HELD = 400_000;

/** As many hashes with their positions fit into a checkpoint, beside the rest of it. */
const MOST_IN_CHECKPOINT = 10_000;

/**
 * The rows that the next run reads again, because they are within the lookback of the newest one: known by a hash of their
 * key and their value, so that a row that has changed since is another one.
 */
export class Overlap {
  /** By what identifies a row. */
  readonly #held = new Map<string, Decimal>();
  #pruneAt = 1024;

  /** @param kept what {@link forCheckpoint} gave */
  constructor(kept: JsonValue | undefined) {
    if (!Array.isArray(kept)) return;
    for (const [id, at] of kept as readonly (readonly [string, string])[]) {
      const decimal = decimalOf(at);
      if (decimal !== undefined) this.#held.set(id, decimal);
    }
  }

  /** @param least where the lookback of the newest row begins */
  add(row: string, at: Decimal, least: Decimal): void {
    if (compareDecimals(at, least) < 0) return;
    this.#held.set(row, at);
    if (this.#held.size < this.#pruneAt) return;
    this.prune(least);
    if (this.#held.size > MOST_HELD) throw tooWide(this.#held.size);
    this.#pruneAt = Math.max(1024, 2 * this.#held.size);
  }

  /** Forgets what is no longer within the lookback. */
  prune(least: Decimal): void {
    for (const [row, at] of this.#held) if (compareDecimals(at, least) < 0) this.#held.delete(row);
  }

  /**
   * For the state, together with those of an earlier one. Call {@link prune} first.
   * @throws OsirisError `graphql.lookback_too_wide`
   */
  hashes(earlier: ReadonlySet<string>): readonly string[] {
    const all = new Set([...earlier, ...[...this.#held.keys()].map(hashed)]);
    if (all.size > MOST_KEPT) throw tooWide(all.size);
    return [...all];
  }

  /** undefined: too many for a checkpoint, for now. */
  forCheckpoint(): JsonValue | undefined {
    if (this.#held.size > MOST_IN_CHECKPOINT) return undefined;
    return [...this.#held].map(([row, at]) => [hashed(row), decimalText(at)]);
  }
}

/** What identifies a row and its value. */
export function rowId(key: readonly JsonInput[], value: JsonInput): string {
  return JSON.stringify([...key, value], (_, part: unknown) =>
    typeof part === "bigint" ? String(part) : part,
  );
}

/** 96 bits: no two of some ten thousand rows meet. What is hashed already begins with no bracket. */
export function hashed(row: string): string {
  return row.startsWith("[") ? hash("sha256", row, "base64url").slice(0, 16) : row;
}

function tooWide(rows: number): OsirisError {
  return new OsirisError({
    code: "graphql.lookback_too_wide",
    category: "usage",
    message: `${rows} rows are within incremental.lookback of the newest one; at most ${MOST_KEPT} can be remembered`,
    hint: "Choose a shorter lookback, or leave incremental.key out and let what comes after remove rows that come twice.",
  });
}

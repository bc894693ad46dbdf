import { hash } from "node:crypto";
import { OsirisError } from "@osiris/core";
import type { RowBatch } from "../../rows/read-rows.ts";

/** As many fit into a state, which has at most 1 MiB. */
export const MOST_KNOWN = 80_000;

/** 64 bits: that one of some ten thousand new rows is taken for one of 80,000 known ones is a chance of one in ten billion. */
const HASH_BYTES = 8;

/** Rows that were delivered, known by a hash of their key and their cursor: a row whose cursor has moved is another one. */
export class KnownRows {
  readonly #hashes: Set<string>;

  /** @param text what {@link text} gave */
  constructor(text = "") {
    const bytes = Buffer.from(text, "base64");
    this.#hashes = new Set();
    for (let at = 0; at < bytes.length; at += HASH_BYTES)
      this.#hashes.add(bytes.toString("latin1", at, at + HASH_BYTES));
  }

  get size(): number {
    return this.#hashes.size;
  }

  /** @param places the columns of the key and the cursor. @throws OsirisError `mysql.lookback_too_wide` */
  add(batch: RowBatch, places: readonly number[]): void {
    for (let row = 0; row < batch.rowCount; row++) this.#hashes.add(hashOf(batch, places, row));
    if (this.#hashes.size > MOST_KNOWN) throw tooWide();
  }

  /** Which rows of a batch are known. */
  among(batch: RowBatch, places: readonly number[]): ReadonlySet<number> {
    const rows = new Set<number>();
    for (let row = 0; row < batch.rowCount; row++)
      if (this.#hashes.has(hashOf(batch, places, row))) rows.add(row);
    return rows;
  }

  /** For the state. The same rows give the same text. */
  get text(): string {
    return Buffer.from([...this.#hashes].sort().join(""), "latin1").toString("base64");
  }
}

function hashOf(batch: RowBatch, places: readonly number[], row: number): string {
  const values = places.map((column) => batch.value(column, row));
  const text = JSON.stringify(values.map((value) => (value === null ? null : String(value))));
  return hash("sha256", text, "buffer").toString("latin1", 0, HASH_BYTES);
}

function tooWide(): OsirisError {
  return new OsirisError({
    code: "mysql.lookback_too_wide",
    category: "usage",
    message: `More than ${MOST_KNOWN} rows are within cursor.lookback of the greatest value, or have that value: so many cannot be remembered`,
    hint: "Choose a shorter lookback, a cursor of which fewer rows have the same value, or boundary: open without a lookback.",
  });
}

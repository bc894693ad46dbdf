import { isUtf8 } from "node:buffer";
import nb from "@duckdb/node-bindings";
import type { BytesData, ColumnData } from "../../contract.ts";
import { VECTOR_ROWS } from "../column-buffers/column-buffer.ts";
import { INLINE_BYTES, STRING_BYTES, STRING_WORDS } from "../formats/string-layout.ts";
import { Misfit } from "../formats/misfit.ts";
import { assertLength, assertOwnMemory, UnusableData, type ColumnCopy } from "./column-copy.ts";
import { copyNulls, isNull, nullBits, type NullBits } from "./null-bits.ts";

/** The checked parts of a column, and which of its rows are looked at. */
export interface Pieces extends BytesData {
  readonly rows: number;
  readonly nulls: NullBits;
}

/** Throws a Misfit with the row of the first value that the type does not hold. */
export type CheckPieces = (pieces: Pieces) => void;

/** Strings of bytes. Short ones are laid out as DuckDB has them and go over in one copy; each longer one crosses alone. */
export class BytesCopy implements ColumnCopy {
  readonly #check: CheckPieces;
  readonly #inline = new Uint8Array(VECTOR_ROWS * STRING_BYTES);
  readonly #words = new Uint32Array(this.#inline.buffer);
  /** The rows whose strings are not in line. */
  readonly #far: number[] = [];

  constructor(check: CheckPieces) {
    this.#check = check;
  }

  copy(vector: nb.Vector, data: ColumnData, rows: number): number {
    const pieces = piecesOf(data, rows);
    this.#check(pieces);
    this.#layOut(pieces);
    nb.copy_data_to_vector(vector, 0, this.#inline.buffer, 0, rows * STRING_BYTES);
    for (const row of this.#far) nb.vector_assign_string_element_len(vector, row, valueAt(pieces, row));
    const { offsets } = pieces;
    copyNulls(vector, pieces.nulls, rows);
    return (offsets[rows] as number) - (offsets[0] as number);
  }

  /** NULLs, and what is not in line, become the empty string. */
  #layOut({ bytes, offsets, rows, nulls }: Pieces): void {
    this.#far.length = 0;
    this.#words.fill(0, 0, rows * STRING_WORDS);
    let start = offsets[0] as number;
    for (let row = 0; row < rows; row++) {
      const end = offsets[row + 1] as number;
      if (isNull(nulls, row)) {
        // Whatever its bytes are.
      } else if (end - start <= INLINE_BYTES) {
        this.#words[row * STRING_WORDS] = end - start;
        let at = row * STRING_BYTES + 4;
        for (let from = start; from < end; from++) this.#inline[at++] = bytes[from] as number;
      } else this.#far.push(row);
      start = end;
    }
  }
}

/** Bytes are bytes. */
export function anyBytes(): void {}

/** One look at all bytes together; value by value only where that does not settle it. */
export function checkUtf8(pieces: Pieces, type: string): void {
  const { bytes, offsets, rows } = pieces;
  const all = bytes.subarray(offsets[0], offsets[rows]);
  if (isUtf8(all) && cutsBetweenCharacters(pieces)) return;
  forEachValue(pieces, (value, row) => {
    if (!isUtf8(value)) throw new Misfit(textOf(value), type, "UTF-8").atRow(row);
  });
}

/** Calls back with each value that is not NULL. */
export function forEachValue(pieces: Pieces, take: (value: Uint8Array, row: number) => void): void {
  for (let row = 0; row < pieces.rows; row++) {
    if (!isNull(pieces.nulls, row)) take(valueAt(pieces, row), row);
  }
}

function valueAt({ bytes, offsets }: Pieces, row: number): Uint8Array {
  const start = offsets[row] as number;
  // For text of a few bytes `subarray` takes twice as long.
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, (offsets[row + 1] as number) - start);
}

export function textOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");
}

/** In valid UTF-8: false when a value begins inside of a character, with one of the bytes 10xxxxxx. */
function cutsBetweenCharacters({ bytes, offsets, rows }: Pieces): boolean {
  const end = offsets[rows] as number;
  for (let row = 1; row < rows; row++) {
    const at = offsets[row] as number;
    if (at < end && ((bytes[at] as number) & 0xc0) === 0x80) return false;
  }
  return true;
}

function piecesOf(data: ColumnData, rows: number): Pieces {
  if (!("bytes" in data)) throw new UnusableData("bytes with offsets are expected, not values of one width");
  const { bytes, offsets, valid } = data;
  assertOwnMemory("the bytes", bytes);
  assertOwnMemory("the offsets", offsets);
  if (!(bytes instanceof Uint8Array)) throw new UnusableData("the bytes have to be a Uint8Array");
  if (!(offsets instanceof Uint32Array)) throw new UnusableData("the offsets have to be a Uint32Array");
  assertLength("the offsets", offsets.length, rows + 1);
  for (let row = 0; row < rows; row++) {
    if ((offsets[row] as number) > (offsets[row + 1] as number))
      throw new UnusableData(`offset ${row + 1} is less than the one before it`);
  }
  assertLength("the bytes", bytes.length, offsets[rows] as number);
  return { bytes, offsets, rows, nulls: nullBits(valid, rows) };
}

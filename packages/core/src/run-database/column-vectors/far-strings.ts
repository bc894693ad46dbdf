import nb from "@duckdb/node-bindings";
import { INLINE_BYTES, STRING_BYTES, STRING_WORDS } from "../formats/string-layout.ts";

/** Where a string that is not in line says where it is. */
const ADDRESS_BYTE = 8;
const ADDRESS_WORD = ADDRESS_BYTE / 4;
const WORD = 2 ** 32;

/** Strings are read together up to so many bytes; a longer one by itself. */
const RUN_BYTES = 64 * 1024;

/**
 * The strings of a vector that stand outside of it. DuckDB mostly lays them one behind the other, so many are read with one call
 * into the native library, which costs more than the bytes. Only memory is read that belongs to one of them: a run ends where the next
 * string does not begin at the last one's end.
 */
export class FarStrings {
  readonly #data: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly #bits: Uint8Array | null;
  readonly #rows: number;
  #first = 0;
  #end = 0;
  #run: Buffer = Buffer.alloc(0);

  /** @param data a vector's strings. @param bits which rows have one: what stands in the others means nothing */
  constructor(data: ArrayBuffer, bits: Uint8Array | null, rows: number) {
    this.#data = data;
    this.#words = new Uint32Array(data);
    this.#bits = bits;
    this.#rows = rows;
  }

  /** The bytes of a row whose string is far; a view of memory that others share. */
  bytes(row: number): Buffer {
    if (row < this.#first || row >= this.#end) this.#readFrom(row);
    const at = (this.#low(row) - this.#low(this.#first)) >>> 0;
    return this.#run.subarray(at, at + this.#length(row));
  }

  #readFrom(row: number): void {
    let length = this.#length(row);
    let end = row + 1;
    for (; end < this.#rows && length < RUN_BYTES; end++) {
      if (!this.#isFar(end)) continue;
      if (!this.#beginsAt(end, row, length)) break;
      length += this.#length(end);
    }
    this.#run = nb.get_data_from_pointer(this.#data, row * STRING_BYTES + ADDRESS_BYTE, length) as Buffer;
    this.#first = row;
    this.#end = end;
  }

  #isFar(row: number): boolean {
    const hasValue = this.#bits === null || ((this.#bits[row >> 3] as number) & (1 << (row & 7))) !== 0;
    return hasValue && this.#length(row) > INLINE_BYTES;
  }

  /** Whether a string begins `length` bytes behind the beginning of another. */
  #beginsAt(row: number, other: number, length: number): boolean {
    const low = this.#low(other) + length;
    const carry = low >= WORD ? 1 : 0;
    return this.#low(row) === low - carry * WORD && this.#high(row) === this.#high(other) + carry;
  }

  #length(row: number): number {
    return this.#words[row * STRING_WORDS] as number;
  }

  #low(row: number): number {
    return this.#words[row * STRING_WORDS + ADDRESS_WORD] as number;
  }

  #high(row: number): number {
    return this.#words[row * STRING_WORDS + ADDRESS_WORD + 1] as number;
  }
}

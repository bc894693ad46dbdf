import { Validity, type ReadValue, type Vector } from "./vector.ts";

/** What a column of texts has at first, and again after values that will hardly come again. */
const FIRST_BYTES = 4096;
/** So much is kept for the next batch in any case, and no more than {@link MOST_KEPT_BYTES} or a few times what this one had. */
const KEPT_BYTES = 256 * 1024;
const MOST_KEPT_BYTES = 16 * 1024 * 1024;
const KEPT_TIMES = 4;
/** Bytes that are copied one by one: below it a call takes longer. */
const SHORT = 24;
/** As far as the offsets of a column reach. */
const MAX_BYTES = 2 ** 32 - 1;

/** The memory of a column of texts or bytes: one piece that grows, and where each value of it ends. */
export class BytesMemory {
  bytes: Buffer<ArrayBuffer> = Buffer.alloc(FIRST_BYTES);
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly validity: Validity;
  #used = 0;

  constructor(capacity: number) {
    this.offsets = new Uint32Array(capacity + 1);
    this.validity = new Validity(capacity);
  }

  /** Makes room for `length` bytes of a row, and says where they go. */
  room(row: number, length: number): number {
    const to = this.offsets[row] as number;
    const end = to + length;
    if (end > this.bytes.length) this.#grow(end, to);
    this.offsets[row + 1] = end;
    this.#used = end;
    return to;
  }

  #grow(least: number, used: number): void {
    if (least > MAX_BYTES) throw new RangeError("a column of a batch has at most 4 GiB");
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_BYTES, Math.max(least, 2 * this.bytes.length)));
    this.bytes.copy(grown, 0, 0, used);
    this.bytes = grown;
  }

  clear(): void {
    const kept = Math.max(KEPT_BYTES, Math.min(MOST_KEPT_BYTES, KEPT_TIMES * this.#used));
    if (this.bytes.length > kept) this.bytes = Buffer.alloc(FIRST_BYTES);
    this.#used = 0;
    this.validity.clear();
  }
}

/** A vector over such a memory. */
export function bytesVector(memory: BytesMemory, read: ReadValue, value: Vector["value"]): Vector {
  const { offsets, validity } = memory;
  return {
    read,
    value,
    setNull: (row) => {
      validity.setNull(row);
      offsets[row + 1] = offsets[row] as number;
    },
    isNull: (row) => validity.isNull(row),
    data: (start, end) => ({
      bytes: memory.bytes,
      offsets: offsets.subarray(start, end + 1),
      ...validity.of(start, end),
    }),
    clear: () => memory.clear(),
  };
}

/** Texts and bytes as they come, behind their length. */
export function lengthCodedVector(capacity: number, encoding: "utf8" | "hex"): Vector {
  const memory = new BytesMemory(capacity);
  const read: ReadValue = (bytes, view, at, row) => {
    let length = bytes[at] as number;
    let from = at + 1;
    if (length >= 0xfb) {
      from = at + lengthBytes(length);
      length = longLength(view, at);
    }
    const end = from + length;
    if (!(end <= bytes.length)) throw new RangeError("a value ends behind its packet");
    const to = memory.room(row, length);
    if (length > SHORT) bytes.copy(memory.bytes, to, from, end);
    else {
      const target = memory.bytes;
      for (let index = 0; index < length; index++) target[to + index] = bytes[from + index] as number;
    }
    return end;
  };
  return bytesVector(memory, read, (row) =>
    memory.bytes.toString(encoding, memory.offsets[row], memory.offsets[row + 1]),
  );
}

/** How many bytes a length-coded number has whose first byte is this. */
export function lengthBytes(first: number): number {
  if (first < 0xfb) return 1;
  if (first === 0xfc) return 3;
  return first === 0xfd ? 4 : 9;
}

/** The length that begins at `at`, which has more than one byte. */
export function longLength(view: DataView, at: number): number {
  const first = view.getUint8(at);
  if (first === 0xfc) return view.getUint16(at + 1, true);
  if (first === 0xfd) return view.getUint16(at + 1, true) + 65_536 * view.getUint8(at + 3);
  if (first === 0xfe) return view.getUint32(at + 1, true) + 2 ** 32 * view.getUint32(at + 5, true);
  throw new RangeError("a value has no length");
}

/** Bytes that come in pieces, kept in one block: from a server that sends them one by one they take no more memory. */
export class ByteBlock {
  #block = Buffer.alloc(0);
  #length = 0;
  readonly #expected: number;

  /** @param expected how many there will be, where that is known; else 0 */
  constructor(expected: number) {
    this.#expected = expected;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#block.length) this.#grow(Math.max(length, this.#expected, 2 * this.#block.length));
    this.#block.set(bytes, this.#length);
    this.#length = length;
  }

  /** The block itself, no copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#block.subarray(0, this.#length);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(size);
    larger.set(this.bytes());
    this.#block = larger;
  }
}

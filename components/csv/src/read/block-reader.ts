import type { ByteSource } from "./byte-source.ts";

const FIRST_BYTES = 2 * 1024 * 1024;
/** A record may have 10 MB and more; one of this size is a quote that nobody closed. */
export const MAX_RECORD_BYTES: number = 128 * 1024 * 1024;
/** Room behind the bytes, for who wants to mark their end. */
const GUARD_BYTES = 16;

/** A file block by block. What was not used of one block begins the next, so that a record is always in one piece. */
export class BlockReader {
  /** Bytes behind {@link end} may be overwritten. */
  bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES + GUARD_BYTES);
  /** How many bytes there are. */
  end = 0;
  /** Whether they are the file's last. */
  last = false;
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** How many bytes of the file, as it lies on the disk, were taken so far. */
  get position(): number {
    return this.#source.position;
  }

  /**
   * Drops the first `used` bytes and reads more.
   * @returns whether it could: false when the block is as large as a record may be and none of it was used
   */
  async advance(used: number): Promise<boolean> {
    this.bytes.copyWithin(0, used, this.end);
    this.end -= used;
    if (this.#isFull() && !this.#grow()) return false;
    await this.#read();
    // Of a record that is longer than a block, as much as there is room for: it is looked at from its beginning again.
    if (used === 0) while (!this.last && !this.#isFull()) await this.#read();
    return true;
  }

  async #read(): Promise<void> {
    const room = this.bytes.subarray(0, this.bytes.length - GUARD_BYTES);
    const count = await this.#source.read(room, this.end);
    this.last = count === 0;
    this.end += count;
  }

  #isFull(): boolean {
    return this.end >= this.bytes.length - GUARD_BYTES;
  }

  #grow(): boolean {
    if (this.bytes.length > MAX_RECORD_BYTES) return false;
    const larger = Buffer.allocUnsafe((this.bytes.length - GUARD_BYTES) * 2 + GUARD_BYTES);
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
    return true;
  }
}

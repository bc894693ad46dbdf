import { open } from "node:fs/promises";
import { createReadStream, type ReadStream } from "node:fs";
import { Transform, type Readable, type TransformCallback } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { notInEncoding } from "./file-errors.ts";
import type { Encoding } from "./config.ts";

/** A file's text in UTF-8, unpacked, from its beginning. */
export interface ByteSource {
  /** Fills a part of `into` from `at` on. @returns how many bytes; 0 at the end */
  read(into: Buffer, at: number): Promise<number>;
  /** How many bytes of the file, as it lies on the disk, were taken so far. */
  readonly position: number;
  close(): Promise<void>;
}

/** How a file is kept. */
export interface FileFormat {
  readonly compression: "none" | "gzip" | "zstd";
  readonly encoding: Encoding;
}

/** One read of a file: large enough to make little of the call, small enough to leave the processor's cache intact. */
const READ_BYTES = 1024 * 1024;

export async function openSource(path: string, format: FileFormat, signal: AbortSignal): Promise<ByteSource> {
  const isPlain = format.compression === "none" && isUtf8Already(format.encoding);
  if (!isPlain) return new StreamSource(path, format, signal);
  const file = await open(path);
  let position = 0;
  return {
    get position() {
      return position;
    },
    async read(into, at) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(into, at, Math.min(READ_BYTES, into.length - at));
      position += bytesRead;
      return bytesRead;
    },
    close: () => file.close(),
  };
}

/** Whether DuckDB can read the bytes as they are. */
export function isUtf8Already(encoding: Encoding): boolean {
  return encoding === "utf-8" || encoding === "ascii";
}

function unpacked(file: Readable, path: string, { compression, encoding }: FileFormat): Readable {
  const stages: Transform[] = [];
  if (compression === "gzip") stages.push(createGunzip());
  if (compression === "zstd") stages.push(createZstdDecompress());
  if (!isUtf8Already(encoding)) stages.push(toUtf8(encoding, path));
  // An error anywhere must end the last stage, which is the one that is read.
  return stages.reduce<Readable>((from, to) => {
    from.once("error", (error) => to.destroy(error));
    to.once("close", () => from.destroy());
    return from.pipe(to);
  }, file);
}

class StreamSource implements ByteSource {
  readonly #file: ReadStream;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string, format: FileFormat, signal: AbortSignal) {
    this.#file = createReadStream(path, { highWaterMark: READ_BYTES, signal });
    this.#stream = unpacked(this.#file, path, format);
    this.#chunks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(into: Buffer, at: number): Promise<number> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return 0;
      this.#rest = value;
    }
    const count = this.#rest.copy(into, at);
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  get position(): number {
    return this.#file.bytesRead;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}

function toUtf8(encoding: Encoding, path: string): Transform {
  const decode = decoder(encoding, path);
  const step = (callback: TransformCallback, chunk?: Buffer): void => {
    try {
      callback(null, Buffer.from(decode(chunk)));
    } catch (error) {
      callback(error as Error);
    }
  };
  return new Transform({
    transform: (chunk: Buffer, _, callback) => step(callback, chunk),
    flush: (callback) => step(callback),
  });
}

/** @returns a function that is called without a chunk at the end */
function decoder(encoding: Encoding, path: string): (chunk?: Buffer) => string {
  // What the web calls latin1 is windows-1252, and TextDecoder follows the web.
  if (encoding === "latin-1" || encoding === "iso-8859-1") return (chunk) => chunk?.toString("latin1") ?? "";
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  return (chunk) => {
    const bigEndian = chunk?.[0] === 0xfe && chunk[1] === 0xff;
    const label = encoding === "utf-16" ? (bigEndian ? "utf-16be" : "utf-16le") : encoding;
    decoder ??= new TextDecoder(label, { fatal: true });
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw notInEncoding(path, encoding);
    }
  };
}

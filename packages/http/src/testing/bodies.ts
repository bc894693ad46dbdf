import { isUtf8 } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { OsirisError } from "@osiris/core";

/** Recordings are for tests: what is larger has no place in them. */
const MAX_BYTES = 256 * 1024 * 1024;

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  identity: async (bytes) => bytes,
  gzip: (bytes) => promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES }),
  "x-gzip": (bytes) => promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES }),
  deflate: (bytes) => promisify(inflate)(bytes, { maxOutputLength: MAX_BYTES }),
  br: (bytes) => promisify(brotliDecompress)(bytes, { maxOutputLength: MAX_BYTES }),
  zstd: (bytes) => promisify(zstdDecompress)(bytes, { maxOutputLength: MAX_BYTES }),
};

/**
 * A body without its content encoding.
 * @throws OsirisError `http.unknown_encoding`
 */
export async function plainBody(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  let plain = bytes;
  // The last encoding was applied last. An answer to HEAD names one, too.
  for (const name of (encoding ?? "").toLowerCase().split(",").toReversed()) {
    const decode = DECODERS[name.trim() || "identity"];
    if (decode === undefined) throw unknownEncoding(name.trim());
    if (plain.length > 0) plain = await decode(plain);
  }
  return plain;
}

function unknownEncoding(name: string): OsirisError {
  return new OsirisError({
    code: "http.unknown_encoding",
    category: "data",
    message: `A body comes in the content encoding ${JSON.stringify(name)}, which cannot be recorded`,
  });
}

/** All bytes of a stream. */
export function readBody(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return buffer(stream);
}

/** A body as JSON can hold it: as text where it is UTF-8. */
export type StoredBody = { readonly text: string } | { readonly base64: string };

export function storedBody(bytes: Buffer): StoredBody {
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString("base64") };
}

export function bodyBytes(body: StoredBody): Buffer {
  return "text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64");
}

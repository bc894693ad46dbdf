import { constants } from "node:buffer";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import { OsirisError } from "@osiris/core";

/** What answers may be packed in, for the request. */
export const ACCEPTED_ENCODINGS = "gzip, br, deflate, zstd";

type Unpack = (
  packed: Uint8Array<ArrayBuffer>,
  options: { maxOutputLength: number; chunkSize: number },
) => Promise<Buffer<ArrayBuffer>>;

const UNPACK: Readonly<Record<string, Unpack>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
  deflate: inflateEither,
};

/** In one piece for most pages: each piece is a job of its own in the thread pool. */
const CHUNK_BYTES = 256 * 1024;

/** A server that lists more means harm. */
const MOST_ENCODINGS = 3;

/**
 * Unpacks a body after its Content-Encoding.
 * @throws OsirisError `http.response_too_large` as soon as it is larger than maxBytes; `http.bad_encoding` when it is not
 * whole, or packed in an unknown way
 */
export async function decodeBody(
  body: Uint8Array<ArrayBuffer>,
  contentEncoding: string | null,
  maxBytes: number,
  tooLarge: () => OsirisError,
): Promise<Uint8Array<ArrayBuffer>> {
  const encodings = (contentEncoding ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (encodings.length > MOST_ENCODINGS) throw badEncoding("it is packed many times over");
  let bytes = body;
  for (const name of encodings.toReversed()) {
    // HEAD, 204, 304 and the like.
    if (bytes.length === 0) return bytes;
    bytes = await unpack(name, bytes, maxBytes, tooLarge);
  }
  return bytes;
}

async function unpack(
  name: string,
  packed: Uint8Array<ArrayBuffer>,
  maxBytes: number,
  tooLarge: () => OsirisError,
): Promise<Uint8Array<ArrayBuffer>> {
  const method = Object.hasOwn(UNPACK, name) ? UNPACK[name] : undefined;
  if (method === undefined) throw badEncoding("it is packed in a way that is not known");
  try {
    return await method(packed, {
      maxOutputLength: Math.min(maxBytes, constants.MAX_LENGTH),
      chunkSize: CHUNK_BYTES,
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    if (code === undefined) throw error;
    throw badEncoding(`its ${name} data are broken or cut short (${code})`);
  }
}

/** Servers send both: with the header of zlib, as RFC 9110 has it, and without. */
function inflateEither(
  packed: Uint8Array<ArrayBuffer>,
  options: Parameters<Unpack>[1],
): Promise<Buffer<ArrayBuffer>> {
  const hasHeader = ((packed[0] ?? 0) & 0x0f) === 8;
  return promisify(hasHeader ? inflate : inflateRaw)(packed, options);
}

function badEncoding(why: string): OsirisError {
  return new OsirisError({
    code: "http.bad_encoding",
    category: "external",
    message: `The server's answer cannot be unpacked: ${why}`,
    hint: "The server, or a proxy on the way, is at fault; another try may succeed.",
    retryable: true,
  });
}

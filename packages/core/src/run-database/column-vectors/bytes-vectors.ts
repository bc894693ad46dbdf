import nb from "@duckdb/node-bindings";
import type { Cell } from "../../contract.ts";
import { nullable, validityBits, vectorBytes, type OpenVector } from "./read-cell.ts";

/** DuckDB's strings have 16 bytes: the length, then the bytes themselves, or where they are when there are more than these. */
const INLINE_BYTES = 12;

/** Strings of UTF-8. */
export const textVector: OpenVector = bytesVector((bytes, start, end) => bytes.toString("utf8", start, end));

/** Strings of bytes; `decode` gets a copy of its own. */
export function binaryVector(decode: (bytes: Uint8Array) => Cell): OpenVector {
  return bytesVector((bytes, start, end) => decode(new Uint8Array(bytes.subarray(start, end))));
}

function bytesVector(decode: (bytes: Buffer, start: number, end: number) => Cell): OpenVector {
  return (vector, rows) => {
    const data = vectorBytes(vector, rows * 16);
    const bytes = Buffer.from(data);
    const lengths = new Uint32Array(data);
    return nullable(validityBits(vector, rows), (row) => {
      const length = lengths[row * 4] as number;
      if (length <= INLINE_BYTES) return decode(bytes, row * 16 + 4, row * 16 + 4 + length);
      const far = nb.get_data_from_pointer(data, row * 16 + 8, length);
      return decode(Buffer.from(far.buffer, far.byteOffset, length), 0, length);
    });
  };
}

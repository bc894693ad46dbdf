import { BytesMemory, bytesVector } from "./bytes.ts";
import type { ReadValue, Vector } from "./vector.ts";

const ZERO = 48;
const DASH = 45;
const SPACE = 32;
const COLON = 58;
const POINT = 46;

/**
 * Dates and times as the server spells them, also those that no calendar has: `2026-02-00 00:00:00.000`. A DATE ends after the day; what
 * has a time has as many decimals as its type.
 */
export function dateTextVector(
  capacity: number,
  kind: { readonly time: boolean; readonly decimals: number },
): Vector {
  const memory = new BytesMemory(capacity);
  const decimals = kind.decimals <= 6 ? kind.decimals : 6;
  const width = kind.time ? 19 + (decimals === 0 ? 0 : 1 + decimals) : 10;
  const read: ReadValue = (_bytes, view, at, row) => {
    const length = view.getUint8(at);
    if (length !== 4 && length !== 7 && length !== 11 && length !== 0)
      throw new RangeError("a time has four, seven or eleven bytes");
    const part = (from: number): number => (from < length ? view.getUint8(at + 1 + from) : 0);
    let to = memory.room(row, width);
    const { bytes } = memory;
    to = digits(bytes, to, 4, part(0) + 256 * part(1));
    for (const [from, mark] of kind.time ? DATETIME_PARTS : DATE_PARTS) {
      bytes[to] = mark;
      to = digits(bytes, to + 1, 2, part(from));
    }
    if (kind.time && decimals > 0) {
      bytes[to] = POINT;
      const millionths = length > 7 ? view.getUint32(at + 8, true) : 0;
      digits(bytes, to + 1, decimals, Math.floor(millionths / 10 ** (6 - decimals)));
    }
    return at + 1 + length;
  };
  return bytesVector(memory, read, (row) =>
    memory.bytes.toString("latin1", memory.offsets[row], memory.offsets[row + 1]),
  );
}

/** Where month, day, hour, minute and second are, and what stands before them. */
const DATE_PARTS = [
  [2, DASH],
  [3, DASH],
] as const;
const DATETIME_PARTS = [...DATE_PARTS, [4, SPACE], [5, COLON], [6, COLON]] as const;

function digits(bytes: Uint8Array, at: number, count: number, value: number): number {
  let rest = value;
  for (let index = at + count - 1; index >= at; index--) {
    bytes[index] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + count;
}

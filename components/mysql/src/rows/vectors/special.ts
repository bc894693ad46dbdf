import { BytesMemory, bytesVector, lengthBytes, longLength } from "./bytes.ts";
import { fixedVector } from "./fixed.ts";
import { Validity, type ReadValue, type Vector } from "./vector.ts";

const DASH = 45;
const UUID_CHARACTERS = 36;
/** In the type of an EWKB: the SRID follows. */
const HAS_SRID = 0x2000_0000;
const LITTLE_ENDIAN = 1;
/** SRID, byte order and type. */
const GEOMETRY_HEAD = 9;

/** MariaDB's UUID, which comes as text; as DuckDB stores it: a number of 128 bits whose highest is turned. */
export function uuidVector(capacity: number): Vector {
  const words = new Int32Array(4 * capacity);
  const read: ReadValue = (bytes, _view, at, row) => {
    const end = at + 1 + UUID_CHARACTERS;
    if (bytes[at] !== UUID_CHARACTERS || end > bytes.length) throw new RangeError("a UUID has 36 characters");
    let from = at + 1;
    for (let word = 3; word >= 0; word--) {
      let bits = 0;
      for (let digits = 0; digits < 8; from++) {
        if (bytes[from] === DASH) continue;
        bits = (bits << 4) | hexDigit(bytes[from] as number);
        digits += 1;
      }
      words[4 * row + word] = word === 3 ? bits ^ 0x8000_0000 : bits;
    }
    if (from !== end) throw new RangeError("a UUID has 32 digits");
    return end;
  };
  return fixedVector(
    { values: words, width: 16, validity: new Validity(capacity) },
    { read, value: (row) => uuidText(words, row) },
  );
}

function hexDigit(character: number): number {
  if (character >= 48 && character <= 57) return character - 48;
  const letter = (character | 32) - 87;
  if (letter < 10 || letter > 15) throw new RangeError("a UUID has hexadecimal digits");
  return letter;
}

function uuidText(words: Int32Array, row: number): string {
  const digits = [3, 2, 1, 0]
    .map((word) => ((words[4 * row + word] as number) ^ (word === 3 ? 0x8000_0000 : 0)) >>> 0)
    .map((bits) => bits.toString(16).padStart(8, "0"))
    .join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A geometry, which comes as its SRID and WKB: WKB where the SRID is 0, else EWKB, as PostGIS defines it. */
export function geometryVector(capacity: number): Vector {
  const memory = new BytesMemory(capacity);
  const read: ReadValue = (bytes, view, at, row) => {
    const first = view.getUint8(at);
    const from = at + lengthBytes(first);
    const length = first < 0xfb ? first : longLength(view, at);
    const end = from + length;
    if (length < GEOMETRY_HEAD || end > bytes.length || bytes[from + 4] !== LITTLE_ENDIAN)
      throw new RangeError("a geometry is none");
    const srid = view.getUint32(from, true);
    if (srid === 0) {
      const to = memory.room(row, length - 4);
      bytes.copy(memory.bytes, to, from + 4, end);
      return end;
    }
    const to = memory.room(row, length);
    memory.bytes[to] = LITTLE_ENDIAN;
    memory.bytes.writeUInt32LE((view.getUint32(from + 5, true) | HAS_SRID) >>> 0, to + 1);
    memory.bytes.writeUInt32LE(srid, to + 5);
    bytes.copy(memory.bytes, to + GEOMETRY_HEAD, from + GEOMETRY_HEAD, end);
    return end;
  };
  return bytesVector(memory, read, (row) =>
    memory.bytes.toString("hex", memory.offsets[row], memory.offsets[row + 1]),
  );
}

/** A column that has no type, and no values. */
export function nullVector(capacity: number): Vector {
  const memory = new BytesMemory(capacity);
  const read: ReadValue = () => {
    throw new RangeError("a column without a type has a value");
  };
  return bytesVector(memory, read, () => "");
}

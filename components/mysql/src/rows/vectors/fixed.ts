import { Validity, type ReadValue, type Vector } from "./vector.ts";

/** The memory of a column whose values have one width. */
export interface FixedMemory {
  readonly values: { readonly buffer: ArrayBuffer };
  readonly width: number;
  readonly validity: Validity;
}

type FixedReading = Pick<Vector, "read" | "value" | "order">;

/** A vector over memory that a reader fills. */
export function fixedVector({ values, width, validity }: FixedMemory, reading: FixedReading): Vector {
  return {
    ...reading,
    setNull: (row) => validity.setNull(row),
    isNull: (row) => validity.isNull(row),
    data: (start, end) => ({
      values: new Uint8Array(values.buffer, start * width, (end - start) * width),
      ...validity.of(start, end),
    }),
    clear: () => validity.clear(),
  };
}

/** Whole numbers of one byte. */
export function int1Vector(capacity: number, unsigned: boolean): Vector {
  const values = unsigned ? new Uint8Array(capacity) : new Int8Array(capacity);
  return wholeNumbers(values, capacity, (_bytes, view, at, row) => {
    values[row] = view.getUint8(at);
    return at + 1;
  });
}

export function int2Vector(capacity: number, unsigned: boolean): Vector {
  const values = unsigned ? new Uint16Array(capacity) : new Int16Array(capacity);
  return wholeNumbers(values, capacity, (_bytes, view, at, row) => {
    values[row] = view.getUint16(at, true);
    return at + 2;
  });
}

export function int4Vector(capacity: number, unsigned: boolean): Vector {
  const values = unsigned ? new Uint32Array(capacity) : new Int32Array(capacity);
  return wholeNumbers(values, capacity, (_bytes, view, at, row) => {
    values[row] = view.getInt32(at, true);
    return at + 4;
  });
}

export function int8Vector(capacity: number, unsigned: boolean): Vector {
  const values = unsigned ? new BigUint64Array(capacity) : new BigInt64Array(capacity);
  return wholeNumbers(values, capacity, read8Bytes(values));
}

/** In two words of four bytes: a bigint for each value would be an object for each. */
function read8Bytes({ buffer }: { readonly buffer: ArrayBuffer }): ReadValue {
  const words = new Int32Array(buffer);
  return (_bytes, view, at, row) => {
    words[2 * row] = view.getInt32(at, true);
    words[2 * row + 1] = view.getInt32(at + 4, true);
    return at + 8;
  };
}

type WholeNumbers =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

function wholeNumbers(values: WholeNumbers, capacity: number, read: ReadValue): Vector {
  const value = (row: number): bigint => BigInt(values[row] as number);
  const memory = { values, width: values.BYTES_PER_ELEMENT, validity: new Validity(capacity) };
  return fixedVector(memory, { read, value, order: value });
}

/** TINYINT(1), of which any number but 0 is true. */
export function booleanVector(capacity: number): Vector {
  const values = new Uint8Array(capacity);
  const value = (row: number): bigint => BigInt(values[row] as number);
  return fixedVector(
    { values, width: 1, validity: new Validity(capacity) },
    {
      read: (_bytes, view, at, row) => {
        values[row] = view.getUint8(at) === 0 ? 0 : 1;
        return at + 1;
      },
      value,
      order: value,
    },
  );
}

export function floatVector(capacity: number): Vector {
  const values = new Float32Array(capacity);
  const words = new Int32Array(values.buffer);
  return fixedVector(
    { values, width: 4, validity: new Validity(capacity) },
    {
      read: (_bytes, view, at, row) => {
        words[row] = view.getInt32(at, true);
        return at + 4;
      },
      value: (row) => String(values[row]),
    },
  );
}

export function doubleVector(capacity: number): Vector {
  const values = new Float64Array(capacity);
  return fixedVector(
    { values, width: 8, validity: new Validity(capacity) },
    { read: read8Bytes(values), value: (row) => String(values[row]) },
  );
}

/** BIT(n): up to eight bytes, the highest first. */
export function bitVector(capacity: number): Vector {
  const values = new BigUint64Array(capacity);
  const words = new Uint32Array(values.buffer);
  const value = (row: number): bigint => values[row] as bigint;
  return fixedVector(
    { values, width: 8, validity: new Validity(capacity) },
    {
      read: (bytes, _view, at, row) => {
        const length = bytes[at] as number;
        const end = at + 1 + length;
        if (!(length <= 8 && end <= bytes.length)) throw new RangeError("BIT has at most eight bytes");
        let low = 0;
        let high = 0;
        for (let from = at + 1; from < end; from++) {
          high = (high << 8) | (low >>> 24);
          low = (low << 8) | (bytes[from] as number);
        }
        words[2 * row] = low;
        words[2 * row + 1] = high;
        return end;
      },
      value,
      order: value,
    },
  );
}

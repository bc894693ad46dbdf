import { Misfit } from "../formats/misfit.ts";
import { type Value } from "./column-buffer.ts";
import { FixedBuffer, type Memory, type Store } from "./fixed-buffer.ts";

const WORD = 2 ** 32;

export function booleanBuffer(): FixedBuffer {
  return new FixedBuffer(1, (memory, row, value) => {
    if (typeof value !== "boolean") throw new Misfit(value, "BOOLEAN", "true or false");
    memory.uint8[row] = value ? 1 : 0;
  });
}

type SmallIntegers = "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32";

/** Whole numbers of up to 32 bits. The array wraps what does not fit, which is how it is found. */
export function smallIntegerBuffer(type: string, array: SmallIntegers): FixedBuffer {
  const bits = Number(/\d+/.exec(array)?.[0]);
  const expected = `a whole number of ${bits} bits${array.startsWith("u") ? " without a sign" : ""}`;
  return new FixedBuffer(bits / 8, (memory, row, value) => {
    if (typeof value !== "number") throw new Misfit(value, type, expected);
    const numbers = memory[array];
    numbers[row] = value;
    if (numbers[row] !== value) throw new Misfit(value, type, expected);
  });
}

/** Whole numbers of 64 or 128 bits, between `least` and `most`. */
export function bigIntegerBuffer(type: string, bytes: 8 | 16, least: bigint, most: bigint): FixedBuffer {
  const expected = `a bigint from ${least} to ${most}, or a safe integer`;
  const leastNumber = Number(least);
  return new FixedBuffer(bytes, (memory, row, value) => {
    const fits =
      typeof value === "bigint"
        ? value >= least && value <= most
        : typeof value === "number" && Number.isSafeInteger(value) && value >= leastNumber;
    if (!fits) throw new Misfit(value, type, expected);
    putInteger(memory, row, bytes, value as number | bigint);
  });
}

export function doubleBuffer(): FixedBuffer {
  return new FixedBuffer(8, (memory, row, value) => {
    if (typeof value !== "number") throw new Misfit(value, "DOUBLE", "a number");
    memory.float64[row] = value;
  });
}

/** Refuses what a FLOAT would round: a driver that wants that says so with Math.fround. */
export function floatBuffer(): FixedBuffer {
  return new FixedBuffer(4, (memory, row, value) => {
    if (typeof value !== "number") throw new Misfit(value, "FLOAT", "a number");
    memory.float32[row] = value;
    if (memory.float32[row] !== value && !Number.isNaN(value)) {
      throw new Misfit(
        value,
        "FLOAT",
        `a number that 32 bits hold exactly (the nearest is ${Math.fround(value)})`,
      );
    }
  });
}

/** What a converter makes of a value: a bigint, or a number that is a safe integer. */
type Convert = (value: Value) => number | bigint;

/** Values that are stored as an integer of `bytes` bytes. The integer fits. */
export function integerCodedBuffer(bytes: number, convert: Convert): FixedBuffer {
  return new FixedBuffer(bytes, integerStore(bytes, convert));
}

function integerStore(bytes: number, convert: Convert): Store {
  if (bytes === 1) return (memory, row, value) => void (memory.int8[row] = Number(convert(value)));
  if (bytes === 2) return (memory, row, value) => void (memory.int16[row] = Number(convert(value)));
  if (bytes === 4) return (memory, row, value) => void (memory.int32[row] = Number(convert(value)));
  return (memory, row, value) => putInteger(memory, row, bytes, convert(value));
}

/** Stores 64 or 128 bits. A number goes in as 32-bit words: making a bigint of it would take longer than all the rest. */
function putInteger(memory: Memory, row: number, bytes: number, value: number | bigint): void {
  const longs = bytes / 8;
  if (typeof value === "bigint") {
    memory.int64[row * longs] = value;
    if (longs === 2) memory.int64[row * 2 + 1] = value >> 64n;
    return;
  }
  const at = row * longs * 2;
  const high = Math.floor(value / WORD);
  memory.uint32[at] = value - high * WORD;
  memory.uint32[at + 1] = high;
  if (longs === 2) {
    const sign = value < 0 ? -1 : 0;
    memory.int32[at + 2] = sign;
    memory.int32[at + 3] = sign;
  }
}

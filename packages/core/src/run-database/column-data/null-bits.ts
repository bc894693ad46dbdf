import nb from "@duckdb/node-bindings";
import { assertLength, assertOwnMemory, UnusableData } from "./column-copy.ts";

/** Where a column of memory has NULLs: a bit for each row, set where there is a value. undefined: nowhere. */
export type NullBits = Uint8Array<ArrayBuffer> | undefined;

/** Reads the `valid` of a column. Most columns that may have NULLs have none, and are quicker without the bits. */
export function nullBits(valid: Uint8Array<ArrayBuffer> | undefined, rows: number): NullBits {
  if (valid === undefined) return undefined;
  assertOwnMemory("the bits of valid", valid);
  if (!(valid instanceof Uint8Array)) throw new UnusableData("the bits of valid have to be a Uint8Array");
  assertLength("the bits of valid", valid.length, Math.ceil(rows / 8));
  const whole = rows >> 3;
  for (let at = 0; at < whole; at++) if (valid[at] !== 0xff) return valid;
  const rest = (1 << (rows & 7)) - 1;
  return rest === 0 || ((valid[whole] as number) & rest) === rest ? undefined : valid;
}

export function isNull(nulls: NullBits, row: number): boolean {
  return nulls !== undefined && ((nulls[row >> 3] as number) & (1 << (row & 7))) === 0;
}

export function copyNulls(vector: nb.Vector, nulls: NullBits, rows: number): void {
  if (nulls === undefined) return;
  nb.vector_ensure_validity_writable(vector);
  nb.copy_data_to_vector_validity(vector, 0, nulls.buffer, nulls.byteOffset, Math.ceil(rows / 8));
}

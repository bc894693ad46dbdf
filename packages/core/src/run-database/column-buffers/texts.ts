import { bignumToBytes } from "../formats/bignum.ts";
import { bitsToBytes } from "../formats/bits.ts";
import { Misfit } from "../formats/misfit.ts";
import { BytesBuffer } from "./bytes-buffer.ts";
import type { Tally, Value } from "./column-buffer.ts";
import { TextBuffer } from "./text-buffer.ts";

export function textBuffer(tally: Tally): TextBuffer {
  return new TextBuffer((value) => wellFormed(value, "VARCHAR"), tally);
}

/** DuckDB checks JSON only where it casts to it, so it is checked here. */
export function jsonBuffer(tally: Tally): TextBuffer {
  return new TextBuffer((value) => {
    const text = wellFormed(value, "JSON");
    if (!isJson(text)) throw new Misfit(value, "JSON", "valid JSON text");
    return text;
  }, tally);
}

export function blobBuffer(tally: Tally): BytesBuffer {
  return new BytesBuffer((value) => {
    // A copy: the caller may fill the same bytes with the next value before they are flushed.
    if (value instanceof Uint8Array) return new Uint8Array(value);
    throw new Misfit(value, "BLOB", "a Uint8Array");
  }, tally);
}

export function bitBuffer(tally: Tally): BytesBuffer {
  return new BytesBuffer((value) => {
    if (typeof value === "string") return bitsToBytes(value);
    throw new Misfit(value, "BIT", "a string of 0 and 1");
  }, tally);
}

export function bignumBuffer(tally: Tally): BytesBuffer {
  return new BytesBuffer((value) => {
    if (typeof value === "bigint") return bignumToBytes(value);
    if (typeof value === "number" && Number.isSafeInteger(value)) return bignumToBytes(BigInt(value));
    throw new Misfit(value, "BIGNUM", "a bigint, or a safe integer");
  }, tally);
}

function wellFormed(value: Value, type: string): string {
  if (typeof value !== "string") throw new Misfit(value, type, "a string");
  // The native layer would turn half a surrogate pair into U+FFFD without a word.
  if (!value.isWellFormed()) throw new Misfit(value, type, "well-formed Unicode");
  return value;
}

/** True for text that DuckDB's JSON functions take. */
export function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return !/\\ud[89a-f]/i.test(text) || holdsWellFormed(value);
  } catch {
    return false;
  }
}

/** JavaScript takes half a surrogate pair that is written as an escape; DuckDB's JSON functions do not. */
function holdsWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && holdsWellFormed(part));
}

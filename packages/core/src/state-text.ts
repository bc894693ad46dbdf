import type { JsonValue } from "./contract.ts";
import { OsirisError } from "./errors.ts";
import { className, isPlainObject } from "./json-rows/json-cell.ts";

/** A state says where to go on. What is larger is data. */
const MAX_BYTES = 1024 * 1024;

/**
 * The state of a checkpoint, or of a step for its next run, as JSON text. Strict, because what JSON would leave out or
 * change is a cursor that is lost.
 * @throws OsirisError `state.invalid`
 */
export function stateText(state: JsonValue): string {
  // As `ctx.resumed ?? start` it would begin again.
  if (state === null)
    throw invalid("the state is null", "Put what is null into an object: { cursor: null }.");
  assertSound(state);
  const text = JSON.stringify(state);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    throw invalid(
      `the state has ${bytes} bytes; the most is ${MAX_BYTES}`,
      "Keep where to go on, such as a cursor. Rows belong in a table.",
    );
  }
  return text;
}

function assertSound(state: JsonValue): void {
  try {
    assertJson(state, "", []);
  } catch (error) {
    if (error instanceof RangeError) throw invalid("the state is nested too deeply");
    throw error;
  }
}

function assertJson(value: unknown, path: string, parents: readonly object[]): void {
  const flaw = flawOf(value, parents);
  if (flaw !== undefined) {
    throw invalid(
      `${path === "" ? "the state" : `the state's value at ${path}`} ${flaw}`,
      "A state is JSON: text, finite numbers, true, false, null, arrays and plain objects.",
    );
  }
  if (typeof value !== "object" || value === null) return;
  const within = [...parents, value];
  // Array.from, so that a hole counts as what it reads as.
  const members = Array.isArray(value) ? Array.from(value as unknown[]).entries() : Object.entries(value);
  for (const [key, member] of members) {
    if (!String(key).isWellFormed()) throw invalid("a key of the state holds half a surrogate pair");
    assertJson(member, `${path}/${key}`, within);
  }
}

function flawOf(value: unknown, parents: readonly object[]): string | undefined {
  if (value === undefined) return "is undefined";
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `is ${value}`;
  if (typeof value === "string") return value.isWellFormed() ? undefined : "holds half a surrogate pair";
  if (typeof value !== "object") return `is a ${typeof value}`;
  if (parents.includes(value)) return "contains itself";
  if (Array.isArray(value) || isPlainObject(value)) return undefined;
  return `is an object of the class ${className(value)}`;
}

function invalid(what: string, hint?: string): OsirisError {
  return new OsirisError({
    code: "state.invalid",
    category: "internal",
    message: `This cannot be kept as a state: ${what}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

import type { ManifestStep } from "@osiris/compiler";
import { OsirisError, type JsonValue } from "@osiris/core";
import type { Redactor } from "./redactor.ts";

const MAX_STATE_CHARACTERS = 1024 * 1024;

/** A copy of what a driver returned as its state, as it will be read back. */
export function assertState(value: unknown, step: ManifestStep, redactor: Redactor): JsonValue {
  const refuse = (code: string, why: string, hint?: string): OsirisError =>
    new OsirisError({
      code,
      category: "internal",
      message: `${step.component}: the state that run() returned ${why}`,
      ...(hint === undefined ? {} : { hint }),
    });
  const text = jsonText(value);
  if (text === undefined || !isJson(value)) throw refuse("state.invalid", "is no JSON value");
  if (text.length > MAX_STATE_CHARACTERS) throw refuse("state.too_large", "is larger than 1 MiB");
  if (redactor.text(text) !== text) {
    throw refuse("state.secret", "holds a secret of the step", "Secrets are never kept.");
  }
  return JSON.parse(text) as JsonValue;
}

function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint, or an object that holds itself: the caller says so.
    return undefined;
  }
}

/** What JSON.stringify changes or leaves out in silence would be missing in the next run. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === null || prototype === Object.prototype) && Object.values(value).every(isJson);
}

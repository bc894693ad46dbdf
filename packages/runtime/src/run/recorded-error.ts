import type { ErrorCategory, OsirisError } from "@osiris/core";
import { RECORD_NAME } from "../records/shared-schemas.ts";
import type { Redactor } from "./redactor.ts";
import type { RecordedError } from "./run-record.ts";
import type { SqlPlace } from "./sql-place.ts";

const CATEGORIES: ReadonlySet<ErrorCategory> = new Set([
  "usage",
  "data",
  "external",
  "resource",
  "cancelled",
  "internal",
]);

/** An error as run.json, events and users see it: without secrets, in the shape of the schema whatever a driver has made of it. */
export function recordedError(error: OsirisError, redactor: Redactor, place?: SqlPlace): RecordedError {
  // Drivers may be written in JavaScript, and have a copy of the class of their own.
  const { hint } = error;
  const code = String(error.code);
  return {
    code: RECORD_NAME.test(code) ? redactor.name(code) : redactor.text(code) || "internal.unexpected",
    category: CATEGORIES.has(error.category) ? error.category : "internal",
    message: redactor.text(String(error.message)),
    ...(hint === undefined ? {} : { hint: redactor.text(String(hint)) }),
    retryable: error.retryable === true,
    ...(place === undefined ? {} : { place: shownPlace(place, redactor) }),
  };
}

function shownPlace(place: SqlPlace, redactor: Redactor): SqlPlace {
  const { text, column } = place.excerpt;
  return { ...place, excerpt: { text: redactor.text(text), column } };
}

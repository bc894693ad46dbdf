import type { ErrorCategory, OsirisError } from "@osiris/core";
import { RECORD_NAME } from "../records/shared-schemas.ts";
import { asText } from "./as-text.ts";
import type { Redactor } from "./redactor.ts";
import type { RecordedError } from "./run-record.ts";
import type { SqlPlace } from "./sql-place.ts";

const CATEGORIES: readonly ErrorCategory[] = [
  "usage",
  "data",
  "external",
  "resource",
  "cancelled",
  "internal",
];

/** An error of which nobody has checked what it says. */
type Untrusted = Readonly<Record<keyof Omit<RecordedError, "place">, unknown>>;

/** An error as run.json, events and users see it: without secrets, in the shape of the schema whatever a driver has made of it. */
export function recordedError(error: OsirisError, redactor: Redactor, place?: SqlPlace): RecordedError {
  // Drivers may be written in JavaScript, and have a copy of the class of their own.
  const { code, category, message, hint, retryable }: Untrusted = error;
  return {
    code: shownCode(code, redactor),
    category: CATEGORIES.find((known) => known === category) ?? "internal",
    message: redactor.text(asText(message)),
    ...(hint === undefined ? {} : { hint: redactor.text(asText(hint)) }),
    retryable: retryable === true,
    ...(place === undefined ? {} : { place: shownPlace(place, redactor) }),
  };
}

function shownCode(code: unknown, redactor: Redactor): string {
  if (typeof code !== "string" || code === "") return "internal.unexpected";
  return RECORD_NAME.test(code) ? redactor.name(code) : redactor.text(code);
}

function shownPlace(place: SqlPlace, redactor: Redactor): SqlPlace {
  const { text, column } = place.excerpt;
  return { ...place, excerpt: { text: redactor.text(text), column } };
}

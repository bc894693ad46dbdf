import type { OsirisError } from "@osiris/core";
import type { Redactor } from "./redactor.ts";
import type { RecordedError } from "./run-record.ts";
import type { SqlPlace } from "./sql-place.ts";

/** An error as records and events keep it: without secrets, cause and stack. */
export function recordedError(error: OsirisError, redactor: Redactor, place?: SqlPlace): RecordedError {
  const { code, category, message, hint, retryable } = error;
  return redactor.value({
    code,
    category,
    message,
    ...(hint === undefined ? {} : { hint }),
    retryable,
    ...(place === undefined ? {} : { place }),
  });
}

import type { OsirisError } from "@osiris/core";

/** What the command's exit status means. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake in the call or the pipeline is 2; anything that went wrong while working is 1. */
export function exitCodeOf(error: OsirisError): ExitCode {
  return error.category === "usage" ? EXIT.usage : EXIT.failed;
}

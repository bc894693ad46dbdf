import type { OsirisError } from "@osiris/core";

/** What the command's exit status means. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The same in words. */
export const EXIT_MEANINGS: readonly { readonly status: ExitCode; readonly meaning: string }[] = [
  { status: EXIT.ok, meaning: "All went well." },
  { status: EXIT.failed, meaning: "The run failed, or something else went wrong while working." },
  { status: EXIT.usage, meaning: "A mistake in the call or in the pipeline; nothing was run." },
  { status: EXIT.interrupted, meaning: "The run was cancelled with Ctrl-C (SIGINT)." },
  { status: EXIT.terminated, meaning: "The run was cancelled with SIGTERM." },
];

/** A mistake in the call or the pipeline is 2; anything that went wrong while working is 1. */
export function exitCodeOf(error: OsirisError): ExitCode {
  return error.category === "usage" ? EXIT.usage : EXIT.failed;
}

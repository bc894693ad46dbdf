import { OsirisError } from "@osiris/core";

/** A mistake in how the command was called. */
export function usage(message: string, hint?: string): OsirisError {
  return new OsirisError({
    code: "cli.usage",
    category: "usage",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

import { OsirisError, toOsirisError } from "@osiris/core";

/**
 * The error of a client or a server, in words for the user. `doing` says what was going on: `Reading shop.orders`.
 * Skeleton: all of them alike.
 */
export function mysqlError(error: unknown, doing: string): OsirisError {
  if (!(error instanceof Error) || !("code" in error)) return toOsirisError(error, doing);
  const code = `mysql.${String(error.code).toLowerCase()}`;
  return new OsirisError({ code, category: "external", message: `${doing}: ${error.message}`, cause: error });
}

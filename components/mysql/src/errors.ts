import { isOsirisError, OsirisError, toOsirisError } from "@osiris/core";
import { readingOf } from "./error-codes.ts";

/** What mysql2 says of an error beside its text: of the server's, all three; of its own and the system's, `code` alone. */
interface ErrorFacts {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly sqlState?: unknown;
  /** Set when the connection is of no use any more. */
  readonly fatal?: unknown;
}

/**
 * The error of a client or a server, in words for the user: what it means comes from its number, never from its text. `doing`
 * says what was going on: `Reading shop.orders`. An OsirisError, or one that a client has wrapped, stays what it is.
 */
export function mysqlError(error: unknown, doing: string): OsirisError {
  if (isOsirisError(error)) return error;
  if (!(error instanceof Error)) return toOsirisError(error, doing);
  if (isOsirisError(error.cause)) return error.cause;
  const reading = readingOf(factsOf(error));
  if (reading === undefined) return toOsirisError(error, doing);
  const { what, ...details } = reading;
  // mysql2 keeps the statement in it, which may be megabytes of rows.
  Reflect.deleteProperty(error, "sql");
  // What the system says is a list of addresses and calls, or nothing; what a server says names the table and the column.
  const said = isServerError(error) ? `${what} (${error.message.trim()})` : what;
  return new OsirisError({ ...details, message: `${doing}: ${said}`, cause: error });
}

/** Whether the server itself has said it, about a statement or a sign-in. */
export function isServerError(error: unknown): error is Error & { readonly errno: number } {
  return error instanceof Error && "sqlMessage" in error && typeof (error as ErrorFacts).errno === "number";
}

/** The server's number of the error that this one was made of; undefined when the server has not said it. */
export function serverErrno(error: unknown): number | undefined {
  if (isServerError(error)) return error.errno;
  return error instanceof Error && error.cause !== undefined ? serverErrno(error.cause) : undefined;
}

function factsOf(error: Error): Parameters<typeof readingOf>[0] {
  const { errno, code, sqlState, fatal } = error as ErrorFacts;
  return {
    errno: isServerError(error) ? (errno as number) : undefined,
    code: typeof code === "string" ? code : undefined,
    sqlState: typeof sqlState === "string" ? sqlState : "",
    fatal: fatal === true,
  };
}

import type { Readable } from "node:stream";
import type { QueryOptions } from "mysql2";
import { isOsirisError } from "@osiris/core";
import { mysqlError } from "../errors.ts";
import type { Session } from "../connection/session.ts";

/**
 * Runs a statement on mysql2's own connection. Unlike mysql2 it also comes back when the connection is destroyed meanwhile.
 * @throws OsirisError of `mysqlError`
 */
export async function textQuery(
  session: Session,
  options: QueryOptions & { readonly infileStreamFactory?: () => Readable },
  doing: string,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const { stream } = session.client as unknown as { readonly stream: Readable };
  const closed = (): void =>
    reject(Object.assign(new Error("the connection was closed"), { code: "PROTOCOL_CONNECTION_LOST" }));
  stream.once("close", closed);
  if (stream.destroyed) closed();
  try {
    session.client.query(options, (error, result) => (error === null ? resolve(result) : reject(error)));
    return await promise;
  } catch (error) {
    // What the stream of a LOAD DATA met is none of the server's errors.
    throw isOsirisError(error) ? error : mysqlError(error, doing);
  } finally {
    stream.off("close", closed);
  }
}

export interface ServerWarning {
  readonly errno: number;
  readonly message: string;
}

/** What the last statement has left, at most as many as the session's `max_error_count`. */
export async function warnings(session: Session): Promise<readonly ServerWarning[]> {
  // Not prepared: preparing a statement may forget them.
  const rows = await textQuery(session, { sql: "SHOW WARNINGS" }, "Reading the server's warnings");
  return (rows as readonly { readonly Code: number; readonly Message: string }[]).map((row) => ({
    errno: Number(row.Code),
    message: row.Message,
  }));
}

import type { Readable } from "node:stream";
import type { QueryOptions } from "mysql2";
import { mysqlError } from "../errors.ts";
import type { Session } from "../connection/session.ts";

/**
 * Runs a statement on mysql2's own connection. Also told of a connection that ends: mysql2 forgets some commands then.
 * @throws OsirisError of `mysqlError`
 */
export async function textQuery(
  { client, ended }: Session,
  options: QueryOptions & { readonly infileStreamFactory?: () => Readable },
  doing: string,
): Promise<unknown> {
  ended.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const end = (): void => reject(ended.reason as Error);
  ended.addEventListener("abort", end);
  try {
    client.query(options, (error, result) => (error === null ? resolve(result) : reject(error)));
    return await promise;
  } catch (error) {
    throw mysqlError(error, doing);
  } finally {
    ended.removeEventListener("abort", end);
  }
}

/** What the server has against a row. */
export interface Refused {
  readonly errno: number;
  /** In its own words. */
  readonly message: string;
}

/** Warnings that say nothing of the rows: of spellings that are to go, and of the binary log. */
const HARMLESS: ReadonlySet<number> = new Set([1287, 1592, 1681, 3719, 3720, 3778, 3779]);

/**
 * The first of the last statement's warnings after which a row is not what was sent. A server that does not show them all has
 * shown the harmless ones, for all we know.
 */
export async function changeOf(session: Session, count: number): Promise<Refused | undefined> {
  if (count === 0) return undefined;
  // Not prepared: preparing a statement may forget them.
  const rows = (await textQuery(
    session,
    { sql: "SHOW WARNINGS" },
    "Reading the server's warnings",
  )) as readonly { readonly Code: number; readonly Message: string }[];
  const change = rows.find(({ Code }) => !HARMLESS.has(Code));
  if (change !== undefined) return { errno: change.Code, message: change.Message };
  return rows.length < count
    ? { errno: 0, message: `the server has ${count} warnings, and shows ${rows.length}` }
    : undefined;
}

import { OsirisError } from "@osiris/core";
import type { MysqlConnection } from "../config.ts";

/**
 * The connection that drivers are asked about outside of a run. Steps may bring what it lacks.
 * @throws OsirisError `mysql.no_user`
 */
export function connectionOf(connection: Partial<MysqlConnection>): MysqlConnection {
  if (connection.user !== undefined) return connection as MysqlConnection;
  throw new OsirisError({
    code: "mysql.no_user",
    category: "usage",
    message: "The connection names no user to sign in as",
    hint: "Add user to the connection.",
  });
}

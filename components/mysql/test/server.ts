import { Secret } from "@osiris/core";
import type { MysqlConnection } from "../src/index.ts";
import { createConnection, type Connection } from "mysql2/promise";
import type { RunningServer } from "@osiris/services";

/** What a step's config needs to sign in. Tests give the password by the environment: a literal is refused. */
export function connectionConfig(server: RunningServer): Readonly<Record<string, unknown>> {
  const { host, port, user, database } = server;
  return { host, port, user, database, password: "${MYSQL_PASSWORD}" };
}

export function environmentOf(server: RunningServer): Readonly<Record<string, string>> {
  return { MYSQL_PASSWORD: server.password ?? "" };
}

/** The test's own connection, for setting up and for judging. */
export function openClient(server: RunningServer): Promise<Connection> {
  return createConnection({
    uri: server.url,
    multipleStatements: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
}

/** What a session needs to sign in, with the spec's defaults. */
export function sessionConfig(
  server: RunningServer,
  changes: Partial<MysqlConnection> = {},
): MysqlConnection {
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    password: new Secret(server.password),
    database: server.database,
    tls: "preferred",
    charset: "utf8mb4",
    connect_timeout: 10,
    idle_timeout: 600,
    ...changes,
  };
}

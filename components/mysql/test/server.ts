import { Secret } from "@osiris/core";
import type { MysqlConnection } from "../src/index.ts";
import { createConnection, type Connection } from "mysql2/promise";
import {
  mariadbServer,
  mysqlServer,
  type RunningServer,
  type ServerPlan,
  type TlsServerOptions,
} from "@osiris/services";
import { openSession } from "../src/connection/session.ts";

/** What the tests run against: MariaDB, or with `OSIRIS_TEST_MYSQL84=1` MySQL 8.4. */
export function testServer(options: TlsServerOptions = {}): ServerPlan {
  return process.env["OSIRIS_TEST_MYSQL84"] === "1" ? mysqlServer(options) : mariadbServer(options);
}

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

/** `database: null` for none. */
export type Changes = Partial<Omit<MysqlConnection, "database">> & { readonly database?: string | null };

/** What a session needs to sign in, with the spec's defaults. */
export function sessionConfig(server: RunningServer, changes: Changes = {}): MysqlConnection {
  const { database = server.database, ...others } = changes;
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    password: new Secret(server.password),
    ...(database === null ? {} : { database }),
    tls: "preferred",
    charset: "utf8mb4",
    connect_timeout: 10,
    idle_timeout: 600,
    ...others,
  };
}

/** Why no session comes about. */
export async function failedSession(
  config: MysqlConnection,
  signal: AbortSignal = new AbortController().signal,
): Promise<Error> {
  try {
    await using _session = await openSession(config, { purpose: "read", signal });
  } catch (error) {
    return error as Error;
  }
  throw new Error("a session came about");
}

/** Of what is under way. It is listened to from now on. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

import { OsirisError, Secret } from "@osiris/core";
import { mariadbServer, startServer, useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { openSession, type Session } from "../src/connection/session.ts";
import { mysqlError, serverErrno } from "../src/errors.ts";
import { failedSession, failureOf, openClient, sessionConfig, testServer, type Changes } from "./server.ts";

const signal = new AbortController().signal;
const server = useServer(testServer());

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query(`
    CREATE TABLE parents (id INT PRIMARY KEY);
    CREATE TABLE rows_of (id INT PRIMARY KEY, small TINYINT, name VARCHAR(3) NOT NULL, day DATE, parent INT,
      CONSTRAINT positive CHECK (small > 0), FOREIGN KEY (parent) REFERENCES parents (id));
    INSERT INTO rows_of VALUES (1, 1, 'a', NULL, NULL), (2, 1, 'b', NULL, NULL);
    CREATE USER single IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1;
    CREATE USER nobody IDENTIFIED BY 'x'`);
});

function open(changes: Changes = {}, purpose: "read" | "write" = "write"): Promise<Session> {
  return openSession(sessionConfig(server, changes), { purpose, signal });
}

test.each([
  ["mysql.duplicate_key", "data", "INSERT INTO rows_of VALUES (1, 1, 'a', NULL, NULL)", "'1' for key"],
  ["mysql.data_refused", "data", "INSERT INTO rows_of (id, name) VALUES (3, NULL)", "'name'"],
  ["mysql.data_refused", "data", "INSERT INTO rows_of (id) VALUES (3)", "'name'"],
  [
    "mysql.data_refused",
    "data",
    "INSERT INTO rows_of (id, name, small) VALUES (3, 'a', 300)",
    "'small' at row 1",
  ],
  ["mysql.data_refused", "data", "INSERT INTO rows_of (id, name) VALUES (3, 'long')", "'name' at row 1"],
  ["mysql.data_refused", "data", "INSERT INTO rows_of (id, name) VALUES ('x', 'a')", "id"],
  ["mysql.data_refused", "data", "INSERT INTO rows_of (id, name, day) VALUES (3, 'a', 'someday')", "day"],
  ["mysql.foreign_key", "data", "INSERT INTO rows_of (id, name, parent) VALUES (3, 'a', 7)", "parent"],
  ["mysql.check_constraint", "data", "INSERT INTO rows_of (id, name, small) VALUES (3, 'a', -1)", "positive"],
  ["mysql.unknown_table", "usage", "SELECT * FROM nowhere", "nowhere"],
  ["mysql.unknown_column", "usage", "SELECT colour FROM rows_of", "colour"],
  ["mysql.syntax", "usage", "SELEKT 1", "SELEKT"],
  ["mysql.table_exists", "usage", "CREATE TABLE parents (id INT)", "parents"],
])("%s, %s: %s", async (code, category, statement, words) => {
  await using session = await open();
  const error = await failureOf(session.run(statement));
  expect(error).toMatchObject({ code, category, retryable: false, message: expect.stringContaining(words) });
  expect(serverErrno(error)).toBeGreaterThan(1000);
});

test("a lock that is held is worth another try", async () => {
  await using holder = await open();
  await holder.run("START TRANSACTION");
  await holder.run("UPDATE rows_of SET small = 2 WHERE id = 1");
  await using waiting = await open();
  await waiting.run("SET SESSION innodb_lock_wait_timeout = 1");
  expect(await failureOf(waiting.run("UPDATE rows_of SET small = 3 WHERE id = 1"))).toMatchObject({
    code: "mysql.lock_timeout",
    retryable: true,
  });
});

test("a deadlock is worth another try", async () => {
  await using one = await open();
  await using other = await open();
  for (const [session, id] of [
    [one, 1],
    [other, 2],
  ] as const) {
    await session.run("START TRANSACTION");
    await session.run(`UPDATE rows_of SET small = 5 WHERE id = ${id}`);
  }
  const outcomes = await Promise.allSettled([
    one.run("UPDATE rows_of SET small = 6 WHERE id = 2"),
    other.run("UPDATE rows_of SET small = 6 WHERE id = 1"),
  ]);
  const failed = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(failed).toMatchObject([{ reason: { code: "mysql.deadlock", retryable: true } }]);
});

test("a statement that takes longer than the server allows is told", async () => {
  await using session = await open({}, "read");
  const limit =
    session.server.product === "MariaDB" ? "max_statement_time = 0.1" : "max_execution_time = 100";
  await session.run(`SET SESSION ${limit}`);
  const many = "information_schema.columns";
  expect(
    await failureOf(session.query(`SELECT COUNT(*) FROM ${many} a, ${many} b, ${many} c, ${many} d`)),
  ).toMatchObject({ code: "mysql.statement_timeout" });
});

test("what an account may not, and one connection too many", async () => {
  await using poor = await open({ user: "nobody", password: new Secret("x"), database: null });
  expect(await failureOf(poor.run(`SELECT * FROM ${server.database}.parents`))).toMatchObject({
    code: "mysql.permission_denied",
    category: "usage",
  });
  const single = { user: "single", password: new Secret("x"), database: null } as const;
  await using _first = await open(single);
  expect(await failedSession(sessionConfig(server, single))).toMatchObject({
    code: "mysql.too_many_connections",
    retryable: true,
  });
});

test("a statement larger than the server takes", async () => {
  await using session = await open();
  const error = await failureOf(session.run(`SELECT '${"x".repeat(session.server.maxAllowedPacket)}'`));
  // Some servers say so, others cut the connection.
  expect(["mysql.packet_too_large", "mysql.connection_lost"]).toContain((error as OsirisError).code);
  expect(error.message.length).toBeLessThan(500);
});

test("a server that stops, and is gone", async () => {
  await using other = await startServer(mariadbServer());
  await using session = await openSession(sessionConfig(other), { purpose: "read", signal });
  const failed = failureOf(session.query("SELECT SLEEP(1000)"));
  await other.close();
  expect(await failed).toMatchObject({
    code: "mysql.connection_lost",
    category: "external",
    retryable: true,
  });
  expect(await failedSession(sessionConfig(other))).toMatchObject({
    code: "mysql.connection_refused",
    message: `The server ${other.host}:${other.port}: nobody answers at this address`,
  });
});

test("what is no error of a server stays what it is", () => {
  const own = new OsirisError({ code: "some.thing", category: "data", message: "Something" });
  expect(mysqlError(own, "Reading")).toBe(own);
  expect(mysqlError(new TypeError("oops"), "Reading")).toMatchObject({
    code: "internal.unexpected",
    category: "internal",
  });
});

test("an error of an unknown number is read by its state", () => {
  const of = (errno: number, sqlState: string): unknown =>
    mysqlError(Object.assign(new Error("said"), { errno, sqlState, sqlMessage: "said" }), "Reading");
  expect(of(60_000, "22007")).toMatchObject({
    code: "mysql.data_refused",
    message: "Reading: the server refuses a value (said)",
  });
  expect(of(60_000, "40001")).toMatchObject({ code: "mysql.deadlock", retryable: true });
  expect(of(60_000, "HY000")).toMatchObject({
    code: "mysql.server_error",
    category: "external",
    retryable: false,
  });
  expect(of(4025, "23000")).toMatchObject({ code: "mysql.check_constraint" });
  expect(of(4025, "HY000")).toMatchObject({ code: "mysql.server_error" });
});

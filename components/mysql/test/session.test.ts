import { Secret } from "@osiris/core";
import { useServer } from "@osiris/services";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSession } from "../src/connection/session.ts";
import type { MysqlConnection } from "../src/index.ts";
import { type Changes, failedSession, openClient, sessionConfig, testServer } from "./server.ts";

const READ = { purpose: "read", signal: new AbortController().signal } as const;
const WRITE = { purpose: "write", signal: new AbortController().signal } as const;

const server = useServer(testServer());

function config(changes: Changes = {}): MysqlConnection {
  return sessionConfig(server, changes);
}

function failure(changes: Changes): Promise<Error> {
  return failedSession(config(changes));
}

describe("signing in", () => {
  test.each([
    ["delimiters of URLs", "p@ss:w/o?r#d%20&="],
    ["quotes and blanks", ` "it's" \\ \` `],
    ["letters beyond ASCII", "žluťoučký-密码-🦀"],
    ["nothing", ""],
  ])("takes a password of %s", async (_of, password) => {
    await using client = await openClient(server);
    await client.query("DROP USER IF EXISTS 'žena @x'; CREATE USER 'žena @x' IDENTIFIED BY ?", [password]);
    await using session = await openSession(
      config({ user: "žena @x", password: new Secret(password), database: null }),
      READ,
    );
    expect(await session.query("SELECT USER() AS user")).toEqual([
      { user: expect.stringMatching(/^žena @x@/) },
    ]);
  });

  test("a wrong password is told, and the password is not", async () => {
    const error = await failure({ password: new Secret("not-the-password") });
    expect(error).toMatchObject({ code: "mysql.auth_failed", category: "usage", retryable: false });
    expect(error.message).toContain(`The server ${server.host}:${server.port}: the server does not let`);
    expect(JSON.stringify(error) + error.message + String(error.cause)).not.toContain("not-the-password");
  });

  test("a password that the server repeats is hidden", async () => {
    const error = await failure({ user: "hunter2", password: new Secret("hunter2") });
    expect(error).toMatchObject({ code: "mysql.auth_failed", message: expect.stringContaining("'***'@") });
    expect(error.message).not.toContain("hunter2");
  });

  test("names what is missing: the database, the right to it", async () => {
    expect(await failure({ database: "nowhere" })).toMatchObject({ code: "mysql.unknown_database" });
    await using client = await openClient(server);
    await client.query("CREATE USER poor IDENTIFIED BY 'x'");
    const poor = { user: "poor", password: new Secret("x") };
    expect(await failure(poor)).toMatchObject({ code: "mysql.permission_denied" });
    await using session = await openSession(config({ ...poor, database: null }), READ);
    await expect(session.query("SELECT * FROM mysql.user")).rejects.toMatchObject({
      code: "mysql.permission_denied",
    });
  });

  test("goes over the server's Unix socket", async ({ skip }) => {
    // That of a container is inside of it.
    if (server.origin === "docker" || server.process === undefined) skip("no socket can be reached");
    const socket = join(server.process?.folder ?? "", "socket");
    await using session = await openSession(config({ socket, host: "nowhere.invalid" }), READ);
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: "1" }]);
    expect(await failure({ socket: `${socket}.not` })).toMatchObject({ code: "mysql.connection_refused" });
  });

  test("tells a port where nobody listens and a name that nobody has", async () => {
    expect(await failure({ port: 1 })).toMatchObject({ code: "mysql.connection_refused", retryable: true });
    expect(await failure({ host: "nobody.invalid" })).toMatchObject({
      code: expect.stringMatching(/host_not_found/),
    });
  });
});

/** In any order. */
function isOurs(mode: string): boolean {
  return mode.split(",").sort().join() === "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,STRICT_ALL_TABLES";
}

describe("what a session is", () => {
  test("one of its own, whatever the server's settings", async () => {
    await using client = await openClient(server);
    await client.query(
      "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH', GLOBAL time_zone = '+05:00', GLOBAL sql_select_limit = 1, GLOBAL autocommit = 0, GLOBAL sql_safe_updates = 1, GLOBAL net_write_timeout = 5, GLOBAL wait_timeout = 5",
    );
    try {
      await using session = await openSession(config(), READ);
      expect(
        await session.query(
          "SELECT @@sql_mode AS mode, @@time_zone AS zone, @@autocommit AS auto, @@sql_safe_updates AS safe, @@net_write_timeout + @@wait_timeout AS patience, CAST('2026-02-00' AS DATE) AS zero UNION ALL SELECT 1, 2, 3, 4, 5, NULL",
        ),
      ).toEqual([
        {
          mode: expect.toSatisfy(isOurs),
          zone: "+00:00",
          auto: "1",
          safe: "0",
          patience: "32400",
          zero: "2026-02-00",
        },
        { mode: "1", zone: "2", auto: "3", safe: "4", patience: "5", zero: null },
      ]);
    } finally {
      await client.query(
        "SET GLOBAL sql_mode = DEFAULT, GLOBAL time_zone = DEFAULT, GLOBAL sql_select_limit = DEFAULT, GLOBAL autocommit = DEFAULT, GLOBAL sql_safe_updates = DEFAULT, GLOBAL net_write_timeout = DEFAULT, GLOBAL wait_timeout = DEFAULT",
      );
    }
  });

  test("one that reads cannot write, and sees one snapshot", async () => {
    await using writing = await openSession(config(), WRITE);
    await writing.run("CREATE TABLE notes (id INT PRIMARY KEY)");
    await using session = await openSession(config(), READ);
    await expect(session.run("INSERT INTO notes VALUES (1)")).rejects.toMatchObject({
      code: "mysql.read_only",
    });
    await session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    expect(await writing.run("INSERT INTO notes VALUES (1), (2)")).toMatchObject({
      affectedRows: 2,
      info: expect.stringContaining("Records: 2"),
    });
    expect(await session.query("SELECT COUNT(*) AS n FROM notes")).toEqual([{ n: "0" }]);
  });

  test("knows its server", async () => {
    await using session = await openSession(config({ tls: "disabled" }), READ);
    expect(session.server).toEqual({
      product: process.env["OSIRIS_TEST_MYSQL84"] === "1" ? "MySQL" : "MariaDB",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      tls: undefined,
      maxAllowedPacket: expect.any(Number),
      localInfile: true,
    });
  });

  test("values go both ways as they are", async () => {
    await using session = await openSession(config(), READ);
    const values = [
      18446744073709551615n,
      -9223372036854775808n,
      9007199254740993n,
      0.1,
      "it's \\ 🦀",
      null,
      3,
    ] as const;
    const [row] = await session.query(
      "SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f LIMIT ?",
      values,
    );
    expect(Object.values(row ?? {})).toEqual([
      "18446744073709551615",
      "-9223372036854775808",
      "9007199254740993",
      "0.1",
      "it's \\ 🦀",
      null,
    ]);
    expect(
      await session.query(
        "SELECT CAST('1.10' AS DECIMAL(65,30)) AS d, TIMESTAMP'2026-01-02 03:04:05.000006' AS t, TIME'-838:59:59' AS h, 9534.268806419257e0 AS f, DATE'2026-01-02' AS day",
      ),
    ).toEqual([
      {
        d: "1.100000000000000000000000000000",
        t: "2026-01-02 03:04:05.000006",
        h: "-838:59:59",
        f: "9534.268806419257",
        day: "2026-01-02",
      },
    ]);
  });

  test("with charset binary, text comes as it is stored", async () => {
    await using writing = await openSession(config({ charset: "binary" }), WRITE);
    await writing.run("CREATE TABLE old (note VARCHAR(20) CHARACTER SET latin1)");
    await writing.run("INSERT INTO old VALUES ('žluť')");
    await using client = await openClient(server);
    expect((await client.query("SELECT HEX(note) AS bytes FROM old"))[0]).toEqual([
      { bytes: Buffer.from("žluť").toString("hex").toUpperCase() },
    ]);
    await using session = await openSession(config({ charset: "binary" }), READ);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    session.client.query(
      { sql: "SELECT note FROM old", typeCast: (field) => field.buffer() },
      (_error, rows) => resolve(rows),
    );
    expect(await promise).toEqual([{ note: Buffer.from("žluť") }]);
  });

  test("a failed statement says what it is about, and keeps no statement", async () => {
    await using session = await openSession(config(), READ);
    const error = await session
      .query("SELECT colour FROM mysql.user WHERE 1 = 'my secret row'")
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "mysql.unknown_column",
      message: expect.stringContaining("'colour'"),
    });
    expect(String((error as Error).cause)).not.toContain("secret row");
    expect((error as Error).cause).not.toHaveProperty("sql");
    await expect(session.run("SELECT 1; SELECT 2")).rejects.toMatchObject({ code: "mysql.syntax" });
  });
});

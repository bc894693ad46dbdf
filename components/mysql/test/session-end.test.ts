import { setTimeout as sleep } from "node:timers/promises";
import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { openSession, type Session } from "../src/connection/session.ts";
import { failedSession, failureOf, openClient, sessionConfig, testServer } from "./server.ts";
import { OK, wireServer } from "./wire-server.ts";

const server = useServer(testServer());
const never = new AbortController().signal;
/** Takes for ever, as far as a test is concerned. */
const LONG = "SELECT SLEEP(1000)";

function open(signal = never, changes = {}): Promise<Session> {
  return openSession(sessionConfig(server, changes), { purpose: "read", signal });
}

/** What runs on the server, besides the asking. */
async function underWay(): Promise<readonly string[]> {
  await using client = await openClient(server);
  const [rows] = await client.query(
    "SELECT INFO AS sql_text FROM information_schema.PROCESSLIST WHERE INFO IS NOT NULL AND ID <> CONNECTION_ID()",
  );
  return (rows as { sql_text: string }[]).map((row) => row.sql_text);
}

async function started(statement: string): Promise<void> {
  await expect.poll(underWay, { timeout: 10_000 }).toContain(statement);
}

test("an abort ends what is under way, at once and on the server", async () => {
  const controller = new AbortController();
  const session = await open(controller.signal);
  const asked = session.query(LONG);
  const failed = failureOf(asked);
  await started(LONG);
  controller.abort();
  expect(await failed).toMatchObject({ code: "mysql.cancelled", category: "cancelled" });
  await session[Symbol.asyncDispose]();
  expect(await underWay()).toEqual([]);
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "mysql.cancelled" });
});

test("what streams over the client is told by the session, and mysql2's own error is read as the reason", async () => {
  const controller = new AbortController();
  await using session = await open(controller.signal);
  const ended = Promise.withResolvers<unknown>();
  session.ended.addEventListener("abort", () => ended.resolve(session.ended.reason));
  const told = Promise.withResolvers<Error | null>();
  session.client.query(LONG, (error) => told.resolve(error));
  await started(LONG);
  controller.abort();
  expect(await ended.promise).toMatchObject({ code: "mysql.cancelled" });
  expect((await told.promise)?.cause).toMatchObject({ code: "mysql.cancelled" });
});

test("closing in the middle of a statement stops it on the server, too", async () => {
  const session = await open();
  const failed = failureOf(session.query(LONG));
  await started(LONG);
  await session[Symbol.asyncDispose]();
  expect(await failed).toMatchObject({ code: "mysql.session_closed" });
  expect(await underWay()).toEqual([]);
});

test("an abort before the session stands ends the connecting", async () => {
  const silent = await wireServer();
  const controller = new AbortController();
  const failed = failedSession(sessionConfig(server, { port: silent.port }), controller.signal);
  await expect.poll(() => silent.open()).toBe(1);
  controller.abort();
  expect(await failed).toMatchObject({ code: "mysql.cancelled" });
  await expect.poll(() => silent.open()).toBe(0);
  expect(await failedSession(sessionConfig(server), AbortSignal.abort())).toMatchObject({
    code: "mysql.cancelled",
  });
});

test("a server that takes the connection and says nothing is left after connect_timeout", async () => {
  const silent = await wireServer();
  const error = await failedSession(sessionConfig(server, { port: silent.port, connect_timeout: 0.2 }));
  expect(error).toMatchObject({ code: "mysql.connect_timeout", retryable: true });
  await expect.poll(() => silent.open()).toBe(0);
});

test("a server that falls silent when signing in is left as well", async () => {
  const silent = await wireServer(() => {});
  const error = await failedSession(sessionConfig(server, { port: silent.port, connect_timeout: 0.2 }));
  expect(error).toMatchObject({ code: "mysql.connect_timeout" });
  await expect.poll(() => silent.open()).toBe(0);
});

test("a server that falls silent after signing in is left as well", async () => {
  const silent = await wireServer((packet, reply) => {
    // The answer to the greeting; statements, which begin with 3, get none.
    if (packet[0] !== 3) reply(OK, 2);
  });
  const error = await failedSession(sessionConfig(server, { port: silent.port, connect_timeout: 0.3 }));
  expect(error).toMatchObject({ code: "mysql.connect_timeout" });
  await expect.poll(() => silent.open()).toBe(0);
});

test("a silent statement ends after idle_timeout, and stops on the server", async () => {
  const session = await open(never, { idle_timeout: 0.3 });
  await expect(session.query(LONG)).rejects.toMatchObject({ code: "mysql.idle_timeout", retryable: true });
  await session[Symbol.asyncDispose]();
  expect(await underWay()).toEqual([]);
});

test("a session that has nothing to do is not silent", async () => {
  await using session = await open(never, { idle_timeout: 0.5 });
  // Longer than idle_timeout, in which nothing is asked; and a statement that takes less.
  const other = await open();
  await other.query("SELECT SLEEP(1)");
  await other[Symbol.asyncDispose]();
  expect(await session.query("SELECT 1 AS one")).toEqual([{ one: "1" }]);
});

test("a server is not silent while it is we who do not listen", async () => {
  await using session = await open(never, { idle_timeout: 1 });
  const { client } = session;
  // More than fits into the buffers between the two.
  const sql = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    SELECT REPEAT('x', 1000) AS text FROM n a, n b LIMIT 20000`;
  const { promise: read, resolve, reject } = Promise.withResolvers<number>();
  let rows = 0;
  client
    .query(sql)
    .on("result", () => {
      rows += 1;
      if (rows !== 100) return;
      client.pause();
      setTimeout(() => client.resume(), 2000);
    })
    .on("end", () => resolve(rows));
  session.ended.addEventListener("abort", () => reject(session.ended.reason));
  expect(await read).toBe(20_000);
  // Nor while this process does nothing at all.
  const asked = session.query("SELECT SLEEP(0.1) AS slept");
  await sleep(20);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  expect(await asked).toEqual([{ slept: "0" }]);
});

test("a connection that the server ends is lost: while a statement runs, and while none does", async () => {
  await using client = await openClient(server);
  await using busy = await open();
  const failed = failureOf(busy.query(LONG));
  await started(LONG);
  await client.query(`KILL ${busy.client.threadId}`);
  expect(await failed).toMatchObject({ code: "mysql.connection_lost", retryable: true });
  await using idle = await open();
  const ended = Promise.withResolvers<void>();
  idle.ended.addEventListener("abort", () => ended.resolve());
  await client.query(`KILL ${idle.client.threadId}`);
  await ended.promise;
  await expect(idle.query("SELECT 1")).rejects.toMatchObject({ code: "mysql.connection_lost" });
});

test("an account by a method that the client lacks is told", async () => {
  const other = await wireServer((_packet, reply) =>
    reply(Buffer.from("\xfeclient_ed25519\x00salt", "latin1"), 2),
  );
  const error = await failedSession(sessionConfig(server, { port: other.port }));
  expect(error).toMatchObject({
    code: "mysql.auth_method",
    hint: expect.stringContaining("caching_sha2_password"),
  });
});

test("a server gets no file when it asks for one", async () => {
  const sent: Buffer[] = [];
  const thief = await wireServer((packet, reply) => {
    sent.push(packet);
    // A statement is answered with a request for a file.
    if (packet[0] === 3) reply(Buffer.from("\xfb/etc/passwd", "latin1"), 1);
    else reply(OK, sent.length === 1 ? 2 : 3);
  });
  const error = await failedSession(sessionConfig(server, { port: thief.port }));
  expect(error).toMatchObject({ code: "mysql.file_refused" });
  expect(sent.map(({ length }) => length)).toEqual([expect.any(Number), expect.any(Number), 0]);
});

test("a server gets no password in clear text when it asks for one without TLS that proves who it is", async () => {
  const sent: Buffer[] = [];
  const greedy = await wireServer((packet, reply) => {
    sent.push(packet);
    reply(Buffer.from("\xfemysql_clear_password\x00", "latin1"), 2);
  });
  const error = await failedSession(sessionConfig(server, { port: greedy.port }));
  expect(error).toMatchObject({ code: "mysql.auth_method" });
  expect(sent).toHaveLength(1);
});

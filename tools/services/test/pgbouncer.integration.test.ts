import { Client } from "pg";
import { describe, expect, test, vi } from "vitest";

import { pgbouncerServer, postgresServer, startServer, useServer } from "../src/index.ts";
import { GONE, look, THERE, tracesOf } from "./gone.ts";

// About servers that are started here.
vi.stubEnv("OSIRIS_TEST_POSTGRES_URL", "");
vi.stubEnv("OSIRIS_TEST_PGBOUNCER_URL", "");

async function open(url: string): Promise<AsyncDisposable & Pick<Client, "query">> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: (text) => client.query(text),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

const BACKEND = "select pg_backend_pid() as pid";

describe("PgBouncer", { timeout: 60_000 }, () => {
  const postgres = useServer(postgresServer());
  const pgbouncer = useServer(pgbouncerServer({ postgres }));

  test("passes rows between its clients and the server", async () => {
    await using direct = await open(postgres.url);
    await using pooled = await open(pgbouncer.url);
    expect(pgbouncer.port).not.toBe(postgres.port);
    await pooled.query("create table letters as select 'ž' as letter");
    expect((await direct.query("select letter from letters")).rows).toEqual([{ letter: "ž" }]);
  });

  test("lends one connection to two clients, by transaction", async () => {
    const settings = { default_pool_size: "1" };
    await using single = await startServer(pgbouncerServer({ postgres, settings }));
    await using first = await open(single.url);
    await using second = await open(single.url);
    const [one] = (await first.query(BACKEND)).rows;
    expect((await second.query(BACKEND)).rows).toEqual([one]);
  });

  test("refuses another password", async () => {
    const url = pgbouncer.url.replace(pgbouncer.password, "another");
    await expect(open(url)).rejects.toMatchObject({ code: "08P01" });
  });

  test("goes without a trace while a client is connected, and leaves its PostgreSQL running", async () => {
    const second = await startServer(pgbouncerServer({ postgres, settings: { pool_mode: "session" } }));
    const traces = tracesOf(second);
    expect(await look(traces)).toEqual(THERE);
    const client = new Client({ connectionString: second.url });
    await client.connect();
    const lost = new Promise((resolve) => client.on("error", resolve));

    await second.close();

    expect(await look(traces)).toEqual(GONE);
    expect(await lost).toBeInstanceOf(Error);
    await using direct = await open(postgres.url);
    expect((await direct.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

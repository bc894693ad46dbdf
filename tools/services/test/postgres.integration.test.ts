import { Client } from "pg";
import { describe, expect, test, vi } from "vitest";

import { postgresServer, startServer, useServer } from "../src/index.ts";
import { GONE, look, THERE, tracesOf } from "./gone.ts";

// About servers that are started here.
vi.stubEnv("OSIRIS_TEST_POSTGRES_URL", "");

async function ask(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("PostgreSQL", { timeout: 60_000 }, () => {
  const postgres = useServer(postgresServer());

  test("takes rows and gives them back", async () => {
    await ask(postgres.url, "create table letters (id int primary key, letter text)");
    await ask(postgres.url, "insert into letters values (1, 'a'), (2, 'ž')");
    expect(await ask(postgres.url, "select * from letters order by id")).toEqual([
      { id: 1, letter: "a" },
      { id: 2, letter: "ž" },
    ]);
  });

  test("refuses another password", async () => {
    const url = postgres.url.replace(postgres.password, "another");
    await expect(ask(url, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test("is the suite's own: a second one has another port and other data, and goes without a trace", async () => {
    const second = await startServer(postgresServer({ settings: { max_connections: "7" } }));
    const traces = tracesOf(second);
    expect(second.port).not.toBe(postgres.port);
    expect(await ask(second.url, "show max_connections")).toEqual([{ max_connections: "7" }]);
    await expect(ask(second.url, "select * from letters")).rejects.toMatchObject({ code: "42P01" });
    expect(await look(traces)).toEqual(THERE);

    await second.close();

    expect(await look(traces)).toEqual(GONE);
    expect(await ask(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(second.log()).toContain("database system is shut down");
  });

  test("stops while clients are connected", async () => {
    const second = await startServer(postgresServer());
    const client = new Client({ connectionString: second.url });
    await client.connect();
    const lost = new Promise((resolve) => client.on("error", resolve));

    await second.close();

    expect(await look(tracesOf(second))).toEqual(GONE);
    expect(await lost).toBeInstanceOf(Error);
  });
});

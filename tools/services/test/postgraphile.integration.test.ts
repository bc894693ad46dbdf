import { Client } from "pg";
import { afterEach, describe, expect, test, vi } from "vitest";

import { postgraphileServer, postgresServer, startServer, useServer } from "../src/index.ts";
import { GONE, look, THERE, tracesOf } from "./gone.ts";

// About servers that are started here.
vi.stubEnv("OSIRIS_TEST_POSTGRES_URL", "");
vi.stubEnv("OSIRIS_TEST_POSTGRAPHILE_URL", "");

afterEach(() => {
  vi.stubEnv("OSIRIS_TEST_POSTGRAPHILE_URL", "");
});

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

describe("PostGraphile", { timeout: 60_000 }, () => {
  const postgres = useServer(postgresServer());
  postgres.prepare(async ({ url }) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`
      create schema app;
      create table app.letters (id bigint primary key, letter text);
      insert into app.letters values (9007199254740993, 'ž');
    `);
    await client.end();
  });
  const postgraphile = useServer(postgraphileServer({ postgres, schema: "app" }));

  test("offers the tables of its schema, as Relay has it", async () => {
    const answer = await ask(
      postgraphile.url,
      "{ allLetters(first: 1) { nodes { rowId letter } pageInfo { hasNextPage endCursor } totalCount } }",
    );
    expect(answer).toEqual({
      data: {
        allLetters: {
          nodes: [{ rowId: "9007199254740993", letter: "ž" }],
          pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
          totalCount: 1,
        },
      },
    });
  });

  test("goes without a trace, and leaves its PostgreSQL running", async () => {
    const second = await startServer(postgraphileServer({ postgres, schema: "app" }));
    const traces = tracesOf(second);
    expect(await look(traces)).toEqual(THERE);
    await second.close();
    expect(await look(traces)).toEqual(GONE);
    expect(await look(tracesOf(postgres))).toEqual(THERE);
  });

  test("that is named is used only when its PostgreSQL is, too", async () => {
    vi.stubEnv("OSIRIS_TEST_POSTGRAPHILE_URL", postgraphile.url);
    await using ours = await startServer(postgraphileServer({ postgres, schema: "app" }));
    expect(ours.origin).toBe("npm");

    const named = { ...serverParts(postgres), origin: "url" as const };
    await using theirs = await startServer(postgraphileServer({ postgres: named, schema: "app" }));
    expect([theirs.origin, theirs.url]).toEqual(["url", postgraphile.url]);
  });

  function serverParts(server: typeof postgres): Omit<typeof postgres, "prepare" | "origin"> {
    const { url, host, port, user, password, database, process } = server;
    return { url, host, port, user, password, database, process, log: () => "" };
  }
});

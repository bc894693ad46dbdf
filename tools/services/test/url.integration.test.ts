import { createClient } from "redis";
import { afterEach, describe, expect, test, vi } from "vitest";

import { pgbouncerServer, postgresServer, redisServer, startServer, useServer } from "../src/index.ts";
import { look, THERE, tracesOf } from "./gone.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a server given by URL", { timeout: 60_000 }, () => {
  // Stands for one that somebody else runs.
  const theirs = useServer(redisServer());
  // Settings, so that it is one of ours also where the environment names one.
  const postgres = useServer(postgresServer({ settings: { max_connections: "20" } }));

  test("is used, and neither changed nor stopped", async () => {
    vi.stubEnv("OSIRIS_TEST_REDIS_URL", theirs.url);
    const client = createClient({ url: theirs.url });
    await client.connect();
    const keys = await client.sendCommand(["info", "keyspace"]);
    const settings = await client.sendCommand(["config", "get", "*"]);

    const ours = await startServer(redisServer());
    expect(ours.origin).toBe("url");
    expect(ours.process).toBeUndefined();
    expect([ours.url, ours.host, ours.port, ours.password]).toEqual([
      theirs.url,
      theirs.host,
      theirs.port,
      theirs.password,
    ]);
    await ours.close();

    expect(await client.sendCommand(["ping"])).toBe("PONG");
    expect(await client.sendCommand(["info", "keyspace"])).toEqual(keys);
    expect(await client.sendCommand(["config", "get", "*"])).toEqual(settings);
    client.destroy();
  });

  test("is not used by a suite that needs settings of its own", async () => {
    vi.stubEnv("OSIRIS_TEST_REDIS_URL", theirs.url);
    await using ours = await startServer(redisServer({ settings: { maxclients: "10" } }));
    expect(ours.origin).not.toBe("url");
    expect(await look(tracesOf(ours))).toEqual(THERE);
  });

  test("is not used when it cannot be in front of the suite's PostgreSQL", async () => {
    vi.stubEnv("OSIRIS_TEST_PGBOUNCER_URL", postgres.url);
    await using ours = await startServer(pgbouncerServer({ postgres }));
    expect(ours.origin).not.toBe("url");
    expect(ours.port).not.toBe(postgres.port);
  });

  test("fails the suite when it does not answer, whatever else there is", async () => {
    vi.stubEnv("OSIRIS_TEST_POSTGRES_URL", "postgres://postgres:x@127.0.0.1:1/postgres");
    await expect(startServer(postgresServer())).rejects.toThrow(
      "cannot use OSIRIS_TEST_POSTGRES_URL: no PostgreSQL answers at 127.0.0.1:1",
    );
  });

  test("fails the suite when it is another kind of server", async () => {
    vi.stubEnv("OSIRIS_TEST_POSTGRES_URL", theirs.url);
    await expect(startServer(postgresServer())).rejects.toThrow("no PostgreSQL answers");
  });
});

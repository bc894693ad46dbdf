import { createClient } from "redis";
import { describe, expect, test, vi } from "vitest";

import { redisServer, startServer, useServer } from "../src/index.ts";
import { GONE, look, THERE, tracesOf } from "./gone.ts";

// About servers that are started here.
vi.stubEnv("OSIRIS_TEST_REDIS_URL", "");

async function ask(url: string, ...command: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.sendCommand([...command]);
  } finally {
    client.destroy();
  }
}

describe("Redis", { timeout: 60_000 }, () => {
  const redis = useServer(redisServer());

  test("takes values and gives them back", async () => {
    expect(await ask(redis.url, "set", "letter", "ž")).toBe("OK");
    expect(await ask(redis.url, "get", "letter")).toBe("ž");
  });

  test("refuses clients without its password", async () => {
    const url = redis.url.replace(redis.password, "another");
    await expect(ask(url, "ping")).rejects.toThrow("WRONGPASS");
  });

  test("is the suite's own: a second one has another port and other data, and goes without a trace", async () => {
    const second = await startServer(redisServer({ settings: { "maxmemory-policy": "noeviction" } }));
    const traces = tracesOf(second);
    expect(second.port).not.toBe(redis.port);
    expect(await ask(second.url, "config", "get", "maxmemory-policy")).toEqual({
      "maxmemory-policy": "noeviction",
    });
    expect(await ask(second.url, "get", "letter")).toBeNull();
    expect(await look(traces)).toEqual(THERE);

    await second.close();

    expect(await look(traces)).toEqual(GONE);
    expect(await ask(redis.url, "ping")).toBe("PONG");
  });
});

import { Secret } from "@osiris/core";
import type { RunningServer } from "@osiris/services";
import { onTestFinished } from "vitest";
import { openSession, type Session } from "../src/connection/session.ts";

/** A session of the driver's own, ended with the test. */
export async function readSession(
  server: RunningServer,
  charset: "utf8mb4" | "binary" = "utf8mb4",
): Promise<Session> {
  const { host, port, user, database, password } = server;
  const secret = new Secret(password);
  const limits = { charset, connect_timeout: 10, idle_timeout: 60 };
  const config = { host, port, user, database, password: secret, tls: "preferred", ...limits } as const;
  const opened = await openSession(config, { purpose: "read", signal: new AbortController().signal });
  onTestFinished(() => opened.destroy());
  return opened;
}

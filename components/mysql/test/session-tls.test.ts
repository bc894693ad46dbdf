import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@osiris/core";
import { certificate, useServer } from "@osiris/services";
import { afterAll, describe, expect, test } from "vitest";
import { openSession } from "../src/connection/session.ts";
import { failedSession, failureOf, openClient, sessionConfig, testServer, type Changes } from "./server.ts";

const authority = certificate({ name: "authority", isAuthority: true });
const stranger = certificate({ name: "stranger", isAuthority: true });
const identity = certificate({ name: "server", issuer: authority, hosts: ["localhost"] });
const client = certificate({ name: "client", issuer: authority });
const folder = mkdtempSync(join(tmpdir(), "osiris-mysql-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const files = {
  authority: file("authority.pem", authority.cert),
  stranger: file("stranger.pem", stranger.cert),
  cert: file("client.pem", client.cert),
  key: file("client-key.pem", client.key),
};

describe("a server with TLS, whose certificate is for localhost", () => {
  const server = useServer(
    testServer({ tls: { ca: authority.cert, cert: identity.cert, key: identity.key } }),
  );
  const localhost = { host: "localhost" };

  async function encryption(changes: Changes): Promise<string | undefined> {
    await using session = await openSession(sessionConfig(server, { ...localhost, ...changes }), {
      purpose: "read",
      signal: new AbortController().signal,
    });
    const [row] = await session.query("SHOW STATUS LIKE 'Ssl_version'");
    expect(row?.["Value"]).toBe(session.server.tls ?? "");
    return session.server.tls;
  }

  test.each<[string, Changes]>([
    ["preferred", {}],
    ["required, whoever has signed the certificate", { tls: "required" }],
    ["verify_ca", { tls: "verify_ca", tls_ca: files.authority }],
    ["verify_ca by address", { tls: "verify_ca", tls_ca: files.authority, host: "127.0.0.1" }],
    ["verify_identity", { tls: "verify_identity", tls_ca: files.authority }],
  ])("encrypts with %s", async (_of, changes) => {
    expect(await encryption(changes)).toMatch(/^TLSv1\.[23]$/);
  });

  test("does not with disabled", async () => {
    expect(await encryption({ tls: "disabled" })).toBeUndefined();
  });

  test.each<[string, Changes, string]>([
    ["an authority that has not signed it", { tls: "verify_ca", tls_ca: files.stranger }, "not trusted"],
    ["no authority of its own", { tls: "verify_identity" }, "not trusted"],
    [
      "an address that it is not for",
      { tls: "verify_identity", tls_ca: files.authority, host: "127.0.0.1" },
      "for another name",
    ],
  ])("does not trust it with %s", async (_of, changes, reason) => {
    const error = await failedSession(sessionConfig(server, { ...localhost, ...changes }));
    expect(error).toMatchObject({ code: "mysql.certificate", message: expect.stringContaining(reason) });
  });

  test("lets accounts in that need TLS, or a client's certificate, and says why not", async () => {
    await using admin = await openClient(server);
    await admin.query(
      "CREATE USER safe IDENTIFIED BY 'x' REQUIRE SSL; CREATE USER safest IDENTIFIED BY 'x' REQUIRE X509",
    );
    const safe = { ...localhost, user: "safe", password: new Secret("x"), database: null };
    expect(await encryption(safe)).toBeDefined();
    expect(await failedSession(sessionConfig(server, { ...safe, tls: "disabled" }))).toMatchObject({
      code: "mysql.auth_failed",
      hint: expect.stringContaining("tls: required"),
    });
    const safest = { ...safe, user: "safest" };
    expect(await failedSession(sessionConfig(server, safest))).toMatchObject({ code: "mysql.auth_failed" });
    expect(await encryption({ ...safest, tls_cert: files.cert, tls_key: files.key })).toBeDefined();
  });

  test("a file that is missing is told by its field", async () => {
    const error = await failedSession(
      sessionConfig(server, { ...localhost, tls: "verify_ca", tls_ca: join(folder, "missing.pem") }),
    );
    expect(error).toMatchObject({
      code: "mysql.tls_file",
      message: expect.stringContaining("tls_ca cannot be used"),
    });
  });

  test("a file that is no certificate is told", async () => {
    const error = await failedSession(
      sessionConfig(server, { ...localhost, tls_cert: file("no.pem", "nothing"), tls_key: files.key }),
    );
    expect(error).toMatchObject({ code: "mysql.tls_file" });
  });

  test("a key that is not the certificate's is told", async () => {
    const error = await failedSession(
      sessionConfig(server, { ...localhost, tls_cert: files.cert, tls_key: file("other.pem", stranger.key) }),
    );
    expect(error).toMatchObject({
      code: "mysql.tls_file",
      message: expect.stringContaining("tls_key and tls_cert"),
    });
  });

  test("a silent statement ends over TLS as well", async () => {
    await using session = await openSession(sessionConfig(server, { ...localhost, idle_timeout: 0.3 }), {
      purpose: "read",
      signal: new AbortController().signal,
    });
    await expect(session.query("SELECT SLEEP(1000)")).rejects.toMatchObject({ code: "mysql.idle_timeout" });
  });

  test("an abort ends a statement over TLS as well", async () => {
    const controller = new AbortController();
    await using session = await openSession(sessionConfig(server, localhost), {
      purpose: "read",
      signal: controller.signal,
    });
    const failed = failureOf(session.query("SELECT SLEEP(1000)"));
    controller.abort();
    expect(await failed).toMatchObject({ code: "mysql.cancelled" });
  });
});

describe("a server whose certificate is for its address", () => {
  const addressed = certificate({ name: "server", issuer: authority, addresses: ["127.0.0.1"] });
  const server = useServer(
    testServer({ tls: { ca: authority.cert, cert: addressed.cert, key: addressed.key } }),
  );

  test("is who it says by address, and not by name", async () => {
    const checked = { tls: "verify_identity", tls_ca: files.authority } as const;
    await using session = await openSession(sessionConfig(server, checked), {
      purpose: "read",
      signal: new AbortController().signal,
    });
    expect(session.server.tls).toBeDefined();
    expect(await failedSession(sessionConfig(server, { ...checked, host: "localhost" }))).toMatchObject({
      code: "mysql.certificate",
    });
  });
});

describe("a server without TLS", () => {
  const server = useServer(testServer());

  test.each(["required", "verify_ca", "verify_identity"] as const)("fails with %s", async (tls) => {
    expect(await failedSession(sessionConfig(server, { tls }))).toMatchObject({
      code: "mysql.tls_unavailable",
    });
  });

  test("is spoken to in the clear with preferred", async () => {
    await using session = await openSession(sessionConfig(server), {
      purpose: "read",
      signal: new AbortController().signal,
    });
    expect(session.server.tls).toBeUndefined();
  });
});

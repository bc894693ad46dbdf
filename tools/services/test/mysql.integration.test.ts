import { createConnection } from "mysql2/promise";
import { afterEach, describe, expect, test, vi } from "vitest";

import { certificate, mariadbServer, mysqlServer, startServer, useServer } from "../src/index.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("MySQL", { timeout: 60_000 }, () => {
  // Speaks the same protocol, which is all that is asked of a server that is named.
  const mariadb = useServer(mariadbServer());

  test("is the one that the environment names, unless the suite needs its own", async () => {
    vi.stubEnv("OSIRIS_TEST_MYSQL_URL", mariadb.url);
    vi.stubEnv("PATH", "/nowhere");
    await using server = await startServer(mysqlServer());
    expect([server.origin, server.url]).toEqual(["url", mariadb.url]);
    await expect(startServer(mysqlServer({ settings: { "max-connections": "5" } }))).rejects.toThrow(
      /OSIRIS_TEST_MYSQL_URL: set, but the suite needs settings of its own/u,
    );
    const tls = { ca: "", cert: "", key: "" };
    await expect(startServer(mysqlServer({ tls }))).rejects.toThrow(/set, but .* certificates of its own/u);
  });

  test("without a name and without Docker says what to do", async () => {
    vi.stubEnv("OSIRIS_TEST_MYSQL_URL", "");
    vi.stubEnv("PATH", "/nowhere");
    await expect(startServer(mysqlServer())).rejects.toThrow(
      "Set OSIRIS_TEST_MYSQL_URL to a MySQL that may be changed, or start Docker.",
    );
  });
});

describe("MariaDB with certificates", { timeout: 60_000 }, () => {
  const authority = certificate({ name: "authority", isAuthority: true });
  const identity = certificate({ name: "server", issuer: authority, hosts: ["localhost"] });
  const mariadb = useServer(
    mariadbServer({ tls: { ca: authority.cert, cert: identity.cert, key: identity.key } }),
  );

  test("encrypts, and is who it says", async () => {
    await using connection = await createConnection({
      host: "localhost",
      port: mariadb.port,
      user: mariadb.user,
      password: mariadb.password,
      ssl: { ca: authority.cert, verifyIdentity: true },
    });
    const [rows] = await connection.query("SHOW STATUS LIKE 'Ssl_version'");
    expect(rows).toEqual([{ Variable_name: "Ssl_version", Value: expect.stringMatching(/^TLSv1/u) }]);
  });
});

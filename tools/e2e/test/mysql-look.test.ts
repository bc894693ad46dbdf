import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificate, mariadbServer, useServer } from "@osiris/services";
import { createConnection } from "mysql2/promise";
import { expect, test } from "vitest";
import { osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const WRONG_PASSWORD = `p@ss:w/rd?#%41&=+ "\\$`;
const server = useServer(mariadbServer());

const authority = certificate({ name: "authority", isAuthority: true });
const identity = certificate({ name: "server", issuer: authority, hosts: ["localhost"] });
const safe = useServer(
  mariadbServer({ tls: { ca: authority.cert, cert: identity.cert, key: identity.key } }),
);

server.prepare(async ({ url }) => {
  await using client = await createConnection(url);
  await client.query(
    "CREATE TABLE orders (id BIGINT UNSIGNED PRIMARY KEY, amount DECIMAL(12,2), at TIMESTAMP(3) NULL, note JSON, kind ENUM('a', 'b'))",
  );
  await client.query("INSERT INTO orders VALUES (18446744073709551615, 2.50, NULL, '[1.0]', 'b')");
});

function mysqlProject(): string {
  const { host, port, user, database } = server;
  const main = { host, port, user, database, password: "${MYSQL_PASSWORD}" };
  const connections = {
    main,
    locked: { ...main, password: "${WRONG_PASSWORD}" },
    gone: { ...main, port: 1 },
    encrypted: { ...main, tls: "required" },
    // The file's path starts where this file is.
    safe: { ...main, host: "localhost", port: safe.port, tls: "verify_identity", tls_ca: "keys/ca.pem" },
  };
  return project({
    "osiris_connections.yaml": JSON.stringify({ connections: { mysql: connections } }),
    "keys/ca.pem": authority.cert,
  });
}

async function ask<Answer>(folder: string, ...args: readonly string[]): Promise<Answer> {
  const environment = { MYSQL_PASSWORD: server.password, WRONG_PASSWORD };
  const { stdout, stderr } = await osirisWith(environment, folder, ...args, "--json");
  if (stdout === "") throw new Error(stderr);
  for (const secret of [server.password, WRONG_PASSWORD]) expect(stdout + stderr).not.toContain(secret);
  return JSON.parse(stdout) as Answer;
}

interface Discovered {
  readonly fingerprint: string;
  readonly resources: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    readonly config: object;
    readonly samples?: readonly object[];
  }[];
}

interface Run {
  readonly steps: readonly {
    readonly error?: unknown;
    readonly tables: readonly { readonly columns: object[] }[];
  }[];
}

test("connections doctor says of each connection what is wrong with it", async () => {
  const { connections } = await ask<{ connections: readonly { readonly connection: string }[] }>(
    mysqlProject(),
    "connections",
    "doctor",
  );
  const check = (name: string): unknown =>
    connections.find(({ connection }) => connection === `@mysql.${name}`);
  expect(check("main")).toMatchObject({
    status: "ok",
    checks: [{ details: expect.stringMatching(/^MariaDB \d+\.\d+\.\d+ without TLS, [\d.]+ ms$/) }],
  });
  expect(check("locked")).toMatchObject({
    status: "failed",
    checks: [{ error: { code: "mysql.auth_failed", category: "usage" } }],
  });
  expect(check("gone")).toMatchObject({
    checks: [{ error: { code: "mysql.connection_refused", category: "external" } }],
  });
  expect(check("safe")).toMatchObject({
    status: "ok",
    checks: [{ details: expect.stringMatching(/ with TLSv1\.\d, /) }],
  });
  expect(check("encrypted")).toMatchObject({ checks: [{ error: { code: "mysql.tls_unavailable" } }] });
});

test("discover gives what a step needs and the types that it gets, and the fingerprint is that of the shape", async () => {
  const folder = mysqlProject();
  const found = await ask<Discovered>(folder, "discover", "@mysql.main", "--samples", "1");
  const [orders] = found.resources;
  expect(orders).toMatchObject({
    name: "orders",
    samples: [{ id: "18446744073709551615", amount: "2.50", at: null, note: "[1.0]", kind: "b" }],
  });
  const step = {
    id: "orders",
    component: "mysql.extractor",
    mode: "read",
    config: { connection: "@mysql.main", ...orders?.config },
  };
  writeFileSync(join(folder, "pipeline.yaml"), pipeline(`  - ${JSON.stringify(step)}\n`));
  const run = await ask<Run>(folder, "run", "pipeline.yaml");
  expect(run.steps[0]?.error).toBeUndefined();
  expect(run.steps[0]?.tables[0]?.columns).toEqual(orders?.columns.map(({ name, type }) => ({ name, type })));
  await using client = await createConnection(server.url);
  await client.query("INSERT INTO orders (id) VALUES (1)");
  const { fingerprint } = await ask<Discovered>(folder, "discover", "@mysql.main");
  expect(fingerprint).toBe(found.fingerprint);
});

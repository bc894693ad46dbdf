import { mariadbServer, startServer, useServer } from "@osiris/services";
import { createConnection } from "mysql2/promise";
import { expect, test } from "vitest";
import { osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const server = useServer(mariadbServer());

server.prepare(async ({ url }) => {
  await using client = await createConnection({ uri: url, multipleStatements: true });
  await client.query(`
    CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(20));
    CREATE TABLE copies LIKE orders;
    INSERT INTO orders VALUES (1, 'Ada'), (2, 'Hana');
    CREATE USER poor IDENTIFIED BY 'p@ss/word%21';
    GRANT SELECT ON ${server.database}.orders TO poor;
    GRANT SELECT ON ${server.database}.copies TO poor;
    GRANT INSERT ON ${server.database}.copies TO poor;`);
});

const PASSWORD = "p@ss/word%21";

function copying(changes: { readonly table?: string; readonly port?: number } = {}): string {
  const { table = "orders", port = server.port } = changes;
  return project({
    "osiris_connections.yaml": `connections:
  mysql:
    shop: { host: 127.0.0.1, port: ${port}, database: ${server.database}, user: poor, password: "\${PASSWORD}" }
`,
    "pipeline.yaml":
      pipeline(`  - { id: orders, component: mysql.extractor, mode: read, config: { connection: "@mysql.shop", table: ${table} } }
  - { id: copies, component: mysql.writer, mode: write, config: { connection: "@mysql.shop", table: copies } }
`),
  });
}

interface Failure {
  readonly exitCode: number | null;
  readonly code: string;
  readonly message: string;
  readonly output: string;
}

/** A run that fails, as `--json` tells it. */
async function failed(folder: string, password = PASSWORD): Promise<Failure> {
  const variables = { PASSWORD: password };
  const { exitCode, stdout, stderr } = await osirisWith(variables, folder, "run", "pipeline.yaml", "--json");
  const record = JSON.parse(stdout) as { readonly steps: readonly { readonly error?: Failure }[] };
  const error = record.steps.find((step) => step.error !== undefined)?.error;
  return { exitCode, code: error?.code ?? "", message: error?.message ?? "", output: stdout + stderr };
}

async function asRoot(sql: string): Promise<void> {
  await using client = await createConnection({ uri: server.url });
  await client.query(sql);
}

test("a wrong password is told, and never shown", async () => {
  const { exitCode, code, output } = await failed(copying(), "wr0ng-secret");
  expect([exitCode, code]).toEqual([1, "mysql.auth_failed"]);
  expect(output).not.toContain("wr0ng-secret");
});

test("a table that is missing is told with the name that may have been meant", async () => {
  const { exitCode, code, output } = await failed(copying({ table: "orderss" }));
  expect([exitCode, code]).toEqual([1, "mysql.table_not_found"]);
  expect(output).toContain('Did you mean \\"orders\\"?');
});

test("a right that was taken away is told, for reading and for writing, and nothing is written", async () => {
  await asRoot(`REVOKE INSERT ON ${server.database}.copies FROM poor`);
  const writing = await failed(copying());
  expect([writing.exitCode, writing.code]).toEqual([1, "mysql.permission_denied"]);
  expect(writing.message).toContain("copies");

  await asRoot(`REVOKE SELECT ON ${server.database}.orders FROM poor`);
  const reading = await failed(copying());
  expect(reading.exitCode).toBe(1);
  expect(["mysql.permission_denied", "mysql.table_not_found"]).toContain(reading.code);
  expect(reading.message).toContain("orders");
  await asRoot(`GRANT SELECT ON ${server.database}.orders TO poor`);
  await asRoot(`GRANT INSERT ON ${server.database}.copies TO poor`);

  await using client = await createConnection({ uri: server.url });
  expect((await client.query("SELECT * FROM copies"))[0]).toEqual([]);
});

test("a server that is gone is told with its address", async () => {
  const other = await startServer(mariadbServer());
  const folder = copying({ port: other.port });
  await other.close();
  const { exitCode, code, message, output } = await failed(folder);
  expect([exitCode, code]).toEqual([1, "mysql.connection_refused"]);
  expect(message).toContain(`127.0.0.1:${other.port}`);
  expect(output).not.toContain(PASSWORD);
});

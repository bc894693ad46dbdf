import { mariadbServer, useServer } from "@osiris/services";
import { createConnection } from "mysql2/promise";
import { expect, test } from "vitest";
import { osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const server = useServer(mariadbServer());

server.prepare(async ({ url }) => {
  await using client = await createConnection(url);
  await client.query("CREATE TABLE orders (id BIGINT PRIMARY KEY, amount DECIMAL(12,2))");
  await client.query("INSERT INTO orders VALUES (1, 2.50)");
});

interface Plan {
  readonly status: string;
  readonly steps: readonly {
    readonly changes?: readonly { readonly action: string; readonly name: string; readonly sql?: string }[];
    readonly refused?: readonly object[];
  }[];
}

test("plan says what a write to MySQL would change, before a run and after it", async () => {
  const { host, port, user, database } = server;
  const main = { host, port, user, database, password: "${MYSQL_PASSWORD}" };
  const target = {
    connection: "@mysql.main",
    table: "copies",
    mode: "upsert",
    primary_key: ["id"],
    create_table: true,
  };
  const folder = project({
    "osiris_connections.yaml": JSON.stringify({ connections: { mysql: { main } } }),
    "pipeline.yaml": pipeline(`
  - { id: orders, component: mysql.extractor, mode: read, config: { connection: "@mysql.main", table: orders } }
  - { id: copies, component: mysql.writer, mode: write, needs: [orders], config: ${JSON.stringify(target)} }
`),
  });
  const ask = (...args: readonly string[]): ReturnType<typeof osirisWith> =>
    osirisWith({ MYSQL_PASSWORD: server.password }, folder, ...args);
  const plan = async (): Promise<Plan> =>
    JSON.parse((await ask("plan", "pipeline.yaml", "--json")).stdout) as Plan;

  const before = await plan();
  expect(before.status).toBe("ok");
  expect(before.steps.flatMap(({ changes = [] }) => changes)).toMatchObject([
    { action: "create", name: `${database}.copies` },
    { action: "upsert" },
  ]);
  expect((await ask("run", "pipeline.yaml")).exitCode).toBe(0);
  const after = await plan();
  expect(after.steps.flatMap(({ changes = [] }) => changes)).toMatchObject([{ action: "upsert" }]);
});

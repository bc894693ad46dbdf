import { useServer } from "@osiris/services";
import type { PlannedInput, PlanRequest, WritePlan } from "@osiris/core";
import { Secret } from "@osiris/core";
import { expect, test } from "vitest";
import type { MysqlWriterConfig } from "../src/config.ts";
import { mysqlWriter } from "../src/index.ts";
import { mysqlProject } from "./pipeline.ts";
import { openClient, testServer } from "./server.ts";
import { steps, type Config } from "./writing.ts";

const server = useServer(testServer());

const MOVIES: PlannedInput = {
  table: "movies",
  columns: [
    { name: "id", type: "BIGINT" },
    { name: "title", type: "VARCHAR" },
  ],
};

/** @param input null: not known */
async function plan(config: Config, input: PlannedInput | null = MOVIES): Promise<WritePlan> {
  const { host, port, user, database, password } = server;
  const defaults = {
    mode: "append",
    create_table: false,
    delete_missing: "none",
    deleted_column: "deleted_at",
    on_schema_change: "fail",
    tls: "preferred",
    charset: "utf8mb4",
    connect_timeout: 10,
    idle_timeout: 60,
  };
  const signal = AbortSignal.timeout(30_000);
  const connection = { host, port, user, database, password: new Secret(password ?? "") };
  const request = {
    config: { ...defaults, ...connection, ...config },
    signal,
    ...(input === null ? {} : { input }),
  };
  const planned = await mysqlWriter.plan?.(request as unknown as PlanRequest<MysqlWriterConfig>);
  if (planned === undefined) throw new Error("the writer plans");
  return planned;
}

test("what would be made, with its statements, and nothing is", async () => {
  const { changes } = await plan({
    table: "p1",
    create_table: true,
    mode: "upsert",
    primary_key: ["id"],
    delete_missing: "soft",
  });
  expect(changes).toEqual([
    expect.objectContaining({ action: "create", kind: "table", name: "osiris_test.p1" }),
    expect.objectContaining({ action: "alter" }),
    expect.objectContaining({ action: "upsert" }),
    expect.objectContaining({ action: "delete" }),
  ]);
  await using client = await openClient(server);
  expect((await client.query("SHOW TABLES LIKE '%p1%'"))[0]).toEqual([]);
  for (const { sql } of changes) if (sql !== undefined) await client.query(sql);
  const [columns] = await client.query({ sql: "SHOW COLUMNS FROM p1", rowsAsArray: true });
  expect((columns as string[][]).map(([name]) => name)).toEqual(["id", "title", "deleted_at"]);
});

test("columns that would be added, and rows that would be replaced", async () => {
  await using client = await openClient(server);
  await client.query(
    "CREATE TABLE p2 (id BIGINT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO p2 VALUES (1), (2), (3)",
  );
  const { changes } = await plan({ table: "p2", mode: "replace", on_schema_change: "add_columns" });
  expect(changes).toEqual([
    expect.objectContaining({
      action: "alter",
      sql: expect.stringContaining("ADD COLUMN `title`") as string,
    }),
    expect.objectContaining({ action: "replace", rows: { count: 3, exact: false } }),
  ]);
});

test("why it would be refused, and what to do", async () => {
  await using client = await openClient(server);
  await client.query("CREATE TABLE p3 (id BIGINT); CREATE TABLE p9 (id BIGINT, title BIT)");
  for (const config of [
    { table: "nowhere" },
    { table: "p3" },
    { table: "p3", mode: "upsert", primary_key: ["id"] },
    { table: "p3", mode: "upsert", primary_key: ["nr"] },
    { table: "p9" },
  ]) {
    const { changes, refused } = await plan(config);
    expect(changes).toEqual([]);
    expect(refused).toEqual([{ message: expect.any(String) as string, hint: expect.any(String) as string }]);
  }
});

test("columns that are not known are not asked for", async () => {
  await using client = await openClient(server);
  await client.query("CREATE TABLE p4 (id BIGINT)");
  expect(await plan({ table: "p4" }, null)).toEqual({
    changes: [expect.objectContaining({ action: "append" })],
  });
  const made = await plan({ table: "p5", create_table: true }, null);
  expect(made.changes.map(({ action, sql }) => [action, sql])).toEqual([
    ["create", undefined],
    ["append", undefined],
  ]);
});

test("a server that cannot be asked is no refusal", async () => {
  await expect(plan({ table: "p3", port: 1 })).rejects.toMatchObject({ code: "mysql.connection_refused" });
});

test.each([
  [{ mode: "upsert", primary_key: ["id", "ID"] }, "same column"],
  [{ mode: "upsert", primary_key: ["id"], order_by: ["a", "A"] }, "same column"],
  [{ mode: "upsert", primary_key: ["x".repeat(65)] }, "longer than 64"],
  [{ table: "x".repeat(65) }, "longer than 64"],
  [{ schema: "shop " }, "ends with a blank"],
  [{ table: "🎬" }, "character"],
  [
    { mode: "upsert", primary_key: ["id"], order_by: ["Deleted_At"], delete_missing: "soft" },
    "itself puts times",
  ],
  [{ database: undefined }, "No database"],
])("compiling finds what a config gets wrong: %j", async (config, message) => {
  const findings = await mysqlProject().findings(steps(server, "SELECT 1 AS id", { table: "t", ...config }));
  expect(findings).toEqual([
    expect.objectContaining({
      message: expect.stringContaining(message) as string,
    }),
  ]);
});

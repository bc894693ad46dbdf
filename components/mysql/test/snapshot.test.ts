import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { mysqlProject, type PipelineRun } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());
const ACCOUNTS = 200;

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query(`
    CREATE TABLE accounts (id INT PRIMARY KEY, amount INT, filler CHAR(200), KEY (amount));
    INSERT INTO accounts SELECT seq, 100, 'x' FROM seq_1_to_${ACCOUNTS};
    CREATE TABLE pairs (a INT, b VARCHAR(10), c INT, x INT, PRIMARY KEY (a, b), KEY (c));
    INSERT INTO pairs SELECT seq % 10, seq, seq, seq FROM seq_1_to_20000;
    ANALYZE TABLE accounts, pairs;
  `);
});

function read(config: Readonly<Record<string, unknown>>): Promise<PipelineRun> {
  const steps = {
    rows: { component: "mysql.extractor" as const, config: { ...connectionConfig(server), ...config } },
  };
  return mysqlProject().run(steps, { environment: environmentOf(server) });
}

/** Moves amounts between accounts until it is told to stop: their sum is the same in every snapshot. */
async function moveAmounts(signal: AbortSignal): Promise<number> {
  await using client = await openClient(server);
  for (let moves = 0; ; moves++) {
    if (signal.aborted) return moves;
    const [from, to] = [1 + (moves % 100), ACCOUNTS - (moves % 100)];
    await client.query(`START TRANSACTION; UPDATE accounts SET amount = amount - 1 WHERE id = ${from};
      UPDATE accounts SET amount = amount + 1 WHERE id = ${to}; COMMIT`);
  }
}

test.each([
  { partition: { column: "id", count: 4, lock: "brief" } },
  { batch_size: 100 },
  { cursor: { column: "id", lookback: 1000 } },
  {},
])("rows that change meanwhile are read as they were at one moment: %o", async (config) => {
  const stop = new AbortController();
  const moving = moveAmounts(stop.signal);
  for (let round = 0; round < 5; round++) {
    const run = await read({ table: "accounts", ...config });
    expect(run.error).toBeUndefined();
    expect(await run.values("SELECT sum(amount)::INT FROM rows")).toEqual([100 * ACCOUNTS]);
  }
  stop.abort();
  expect(await moving).toBeGreaterThan(100);
});

test("reading in the order of the primary key sorts nothing", async () => {
  await using client = await openClient(server);
  await client.query("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1");
  await read({ table: "accounts" });
  await read({ table: "accounts", columns: ["id", "amount"] });
  await read({ table: "pairs", batch_size: 7000 });
  await client.query("SET GLOBAL general_log = 0");
  const [log] = await client.query(
    "SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE '%FORCE INDEX%'",
  );
  const statements = (log as { statement: string }[]).map(({ statement }) => statement);
  expect(statements).toHaveLength(5);
  for (const statement of statements) {
    const [plan] = await client.query(`EXPLAIN ${statement}`);
    expect(plan).toMatchObject([{ key: "PRIMARY", Extra: expect.not.stringContaining("filesort") }]);
  }
  // The second and the third statement of batch_size begin where the one before has ended.
  const [plans] = await client.query(`EXPLAIN ${statements[4]}`);
  expect(plans).toMatchObject([{ type: "range" }]);
});

test("a reader that is slower than the server takes no more memory for more rows", async () => {
  const config = {
    ...connectionConfig(server),
    password: server.password,
    tls: "disabled",
    charset: "utf8mb4",
  };
  const settings = JSON.stringify({ ...config, connect_timeout: 10, idle_timeout: 60 });
  // 240 MB.
  const query = "SELECT seq, REPEAT('x', 400) AS text FROM seq_1_to_600000";
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@osiris/source",
    join(import.meta.dirname, "slow-reader.ts"),
    settings,
    query,
  ]);
  const { rows, grown } = JSON.parse(stdout) as { rows: number; grown: number };
  expect(rows).toBe(600_000);
  expect(grown).toBeLessThan(100_000_000);
});

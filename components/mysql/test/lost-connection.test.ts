import { setTimeout as wait } from "node:timers/promises";
import { mariadbServer, startServer, useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { faultProxy, type Fault } from "./fault-proxy.ts";
import { mysqlProject, type PipelineRun, type RunOptions } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());
const ROWS = 60_000;

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query(`
    CREATE TABLE orders (id BIGINT PRIMARY KEY, name VARCHAR(50), total DECIMAL(12,2));
    INSERT INTO orders SELECT seq * 7, CONCAT('order ', SHA1(seq)), seq / 4 FROM seq_1_to_${ROWS};
    CREATE TABLE \`lines\` (o VARCHAR(10), n INT, t VARCHAR(40), PRIMARY KEY (o, n));
    INSERT INTO \`lines\` SELECT CONCAT('o', seq DIV 10), seq % 10, SHA1(seq) FROM seq_1_to_${ROWS};
    CREATE TABLE keyless AS SELECT * FROM orders;
  `);
});

interface Reading {
  readonly run: PipelineRun;
  readonly connections: number;
}

/** Reads through a proxy that treats each connection as the test says. */
async function readThrough(
  faultOf: (connection: number) => Fault,
  config: Readonly<Record<string, unknown>>,
  options: RunOptions = {},
): Promise<Reading> {
  const proxy = await faultProxy(server, faultOf);
  const { host, port } = proxy;
  const steps = {
    rows: {
      component: "mysql.extractor" as const,
      config: { ...connectionConfig(server), host, port, tls: "disabled", ...config },
    },
  };
  const run = await mysqlProject().run(steps, { environment: environmentOf(server), ...options });
  return { run, connections: proxy.connections };
}

const ORDERS = "SELECT concat_ws(' ', count(*), count(DISTINCT id), sum(id), sum(total)) FROM rows";
const ALL_ORDERS = `${ROWS} ${ROWS} ${(7 * ROWS * (ROWS + 1)) / 2} ${((ROWS * (ROWS + 1)) / 8).toFixed(2)}`;
const LINES = "SELECT concat_ws(' ', count(*), count(DISTINCT (o, n)), count(DISTINCT t)) FROM rows";

describe("a connection that is cut", () => {
  test.each([5_000, 100_000, 1_000_000, 2_500_000, 3_900_000])(
    "after %i bytes is made anew, and the read goes on after the last row",
    async (cutAfter) => {
      const { run, connections } = await readThrough((n) => (n === 1 ? { cutAfter } : {}), {
        table: "orders",
      });
      expect(run.error).toBeUndefined();
      expect(connections).toBe(2);
      expect(await run.values(ORDERS)).toEqual([ALL_ORDERS]);
    },
  );

  test("while it signs in fails the attempt, and the next one may succeed", async () => {
    const faults = (n: number): Fault => (n === 1 ? { cutAfter: 60 } : {});
    const failed = await readThrough(faults, { table: "orders" });
    expect(failed.run.error).toMatchObject({ retryable: true });
    const { run } = await readThrough(faults, { table: "orders" }, { attempts: 2 });
    expect(run.error).toBeUndefined();
  });

  test("again and again, in a key of text and numbers", async () => {
    const faults = (n: number): Fault => (n <= 6 ? { cutAfter: 400_000 + 1234 * n } : {});
    const { run, connections } = await readThrough(faults, { table: "lines" });
    expect(run.error).toBeUndefined();
    expect(connections).toBeGreaterThan(5);
    expect(await run.values(LINES)).toEqual([`${ROWS} ${ROWS} ${ROWS}`]);
    expect(run.events.filter(({ event }) => event === "read_resumed")).toHaveLength(connections - 1);
    expect(run.warnings[0]).toContain("later ones as they are now");
  });

  test("between the statements of batch_size", async () => {
    const faults = (n: number): Fault => (n <= 3 ? { cutAfter: 500_000 * n } : {});
    const { run } = await readThrough(faults, { table: "orders", batch_size: 5000 });
    expect(run.error).toBeUndefined();
    expect(await run.values(ORDERS)).toEqual([ALL_ORDERS]);
  });

  test("for ever ends the step", async () => {
    const { run, connections } = await readThrough(
      (n) => (n === 1 ? { cutAfter: 500_000 } : { refuse: true }),
      {
        table: "orders",
      },
    );
    expect(run.error).toMatchObject({ retryable: true });
    expect(connections).toBe(6);
  });

  test.each([
    { table: "keyless" },
    { table: "orders", where: "id > 0" },
    { query: "SELECT * FROM orders" },
    { table: "orders", partition: { column: "id", count: 3 } },
    { table: "orders", cursor: { column: "id" } },
  ])("begins anew in the next attempt where there is no place to go on: %o", async (config) => {
    const faults = (n: number): Fault => (n === 1 ? { cutAfter: 700_000 } : {});
    const failed = await readThrough(faults, config);
    expect(failed.run.error).toMatchObject({ code: "mysql.connection_lost", retryable: true });
    const { run } = await readThrough(faults, config, { attempts: 2 });
    expect(run.error).toBeUndefined();
    expect(await run.values(ORDERS)).toEqual([ALL_ORDERS]);
  });
});

test("a server that says nothing more is left, and asked again", async () => {
  const faults = (n: number): Fault => (n === 1 ? { stallAfter: 1_000_000 } : {});
  const { run, connections } = await readThrough(faults, { table: "orders", idle_timeout: 1 });
  expect(run.error).toBeUndefined();
  expect(connections).toBeGreaterThanOrEqual(2);
  expect(await run.values(ORDERS)).toEqual([ALL_ORDERS]);
});

/** Reads slowly, and kills what reads. */
async function readAndKill(what: "CONNECTION" | "QUERY", options: RunOptions = {}): Promise<Reading> {
  await using client = await openClient(server);
  // More than sockets hold, so that the server has not sent all before it is told.
  await client.query(`CREATE TABLE IF NOT EXISTS large (id INT PRIMARY KEY, pad VARCHAR(1000));
    INSERT IGNORE INTO large SELECT seq, REPEAT('x', 800) FROM seq_1_to_${ROWS}`);
  const slowly = (n: number): Fault => (n === 1 ? { bytesPerSecond: 8_000_000 } : {});
  const reading = readThrough(slowly, { table: "large" }, options);
  let killed: string | undefined;
  while (killed === undefined) {
    await wait(50);
    const [rows] = await client.query(
      "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT * FROM%large%'",
    );
    killed = (rows as { id: string }[])[0]?.id;
  }
  await client.query(`KILL ${what} ${killed}`);
  return await reading;
}

test("KILL QUERY on the server is meant: the read does not begin again", async () => {
  const { run, connections } = await readAndKill("QUERY", { attempts: 3 });
  expect(run.error).toMatchObject({ code: "mysql.statement_stopped", retryable: false });
  expect(connections).toBe(1);
});

test("KILL on the server", async () => {
  const { run, connections } = await readAndKill("CONNECTION");
  expect(run.error).toBeUndefined();
  expect(connections).toBe(2);
  expect(await run.values("SELECT concat_ws(' ', count(*), count(DISTINCT id), max(id)) FROM rows")).toEqual([
    `${ROWS} ${ROWS} ${ROWS}`,
  ]);
});

test("a server that is stopped", async () => {
  await using own = await startServer(mariadbServer());
  {
    await using client = await openClient(own);
    await client.query("CREATE TABLE orders AS SELECT seq AS id, SHA1(seq) AS name FROM seq_1_to_200000");
  }
  const proxy = await faultProxy(own, () => ({ bytesPerSecond: 1_000_000 }));
  const config = { ...connectionConfig(own), host: proxy.host, port: proxy.port, tls: "disabled" };
  const steps = { rows: { component: "mysql.extractor" as const, config: { ...config, table: "orders" } } };
  const running = mysqlProject().run(steps, { environment: environmentOf(own) });
  while (proxy.bytes < 500_000) await wait(20);
  await own[Symbol.asyncDispose]();
  const run = await running;
  expect(run.error).toMatchObject({ code: "mysql.connection_lost", retryable: true });
});

test("a cancelled run ends at once, and so does the statement on the server", async () => {
  const cancel = new AbortController();
  const proxy = await faultProxy(server, () => ({ bytesPerSecond: 500_000 }));
  const config = { ...connectionConfig(server), host: proxy.host, port: proxy.port, tls: "disabled" };
  const steps = { rows: { component: "mysql.extractor" as const, config: { ...config, table: "orders" } } };
  const running = mysqlProject().run(steps, { environment: environmentOf(server), signal: cancel.signal });
  while (proxy.bytes < 200_000) await wait(20);
  cancel.abort();
  const run = await running;
  expect(run.record.status).toBe("cancelled");
  await using client = await openClient(server);
  const [rows] = await client.query(
    "SELECT id FROM information_schema.processlist WHERE info LIKE '%FROM%orders%' AND info NOT LIKE '%processlist%'",
  );
  expect(rows).toEqual([]);
});

test("a later attempt goes on after a checkpoint", { timeout: 300_000 }, async () => {
  await using client = await openClient(server);
  await client.query(`CREATE TABLE IF NOT EXISTS many (id INT PRIMARY KEY, name VARCHAR(40));
    INSERT INTO many SELECT seq, SHA1(seq) FROM seq_1_to_400000`);
  // 19 MB in all: long enough for a checkpoint, then nobody answers until the attempt has failed.
  const faults = (n: number): Fault => {
    if (n === 1) return { bytesPerSecond: 2_000_000, cutAfter: 16_000_000 };
    return n <= 6 ? { refuse: true } : {};
  };
  const { run } = await readThrough(faults, { table: "many" }, { attempts: 2 });
  expect(run.error).toBeUndefined();
  expect(run.events.filter(({ event }) => event === "checkpoint").length).toBeGreaterThan(0);
  expect(run.events.filter(({ event }) => event === "step_resumed")).toHaveLength(1);
  expect(await run.values("SELECT concat_ws(' ', count(*), count(DISTINCT id), sum(id)) FROM rows")).toEqual([
    "400000 400000 80000200000",
  ]);
});

import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { mysqlProject, type PipelineRun } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query(`
    CREATE TABLE orders (id BIGINT UNSIGNED PRIMARY KEY, country CHAR(2), total DECIMAL(12,2), at DATETIME(3));
    INSERT INTO orders SELECT seq, IF(seq % 2, 'CZ', 'SK'), seq / 4, '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_5000;
    CREATE VIEW czech AS SELECT * FROM orders WHERE country = 'CZ';
    CREATE TABLE pairs (a INT, b VARCHAR(10), c DATE, x INT, PRIMARY KEY (a, b, c));
    INSERT INTO pairs SELECT seq % 3, CONCAT('é', seq % 50), '2026-01-01' + INTERVAL seq DAY, seq FROM seq_1_to_5000;
    CREATE TABLE hashes (k BINARY(8) PRIMARY KEY);
    INSERT INTO hashes SELECT UNHEX(LEFT(SHA1(seq), 16)) FROM seq_1_to_3000;
    CREATE TABLE \`odd \`\`name\` (\`a\`\`b\` INT, \`Select\` INT);
    INSERT INTO \`odd \`\`name\` VALUES (1, 2);
    CREATE TABLE plain (a INT); INSERT INTO plain VALUES (1);
    CREATE TABLE levels (l ENUM('low', 'high') PRIMARY KEY); INSERT INTO levels VALUES ('low'), ('high');
    CREATE TABLE log (id INT PRIMARY KEY) ENGINE = MyISAM; INSERT INTO log VALUES (1), (2);
    CREATE TABLE days (d DATE, n INT, at DATETIME(6)); INSERT INTO days
      SELECT '2026-01-01' + INTERVAL seq % 400 DAY, seq, '2026-01-01' + INTERVAL seq * 1000001 MICROSECOND FROM seq_1_to_3000;
    INSERT INTO days VALUES (NULL, NULL, NULL);
    CREATE TABLE hidden (id INT INVISIBLE AUTO_INCREMENT PRIMARY KEY, a INT); INSERT INTO hidden (a) VALUES (1), (2);
    CREATE TABLE latin (k VARCHAR(10) CHARACTER SET latin1 PRIMARY KEY);
    INSERT INTO latin SELECT CONCAT(CHAR(97 + seq % 26), 'é', seq) FROM seq_1_to_1000;
    SET sql_mode = ''; INSERT INTO days VALUES ('0000-00-00', -1, '0000-00-00');
    CREATE TABLE keyed_by_date (d DATE PRIMARY KEY); INSERT INTO keyed_by_date VALUES ('0000-00-00'), ('2026-02-00');
    INSERT INTO keyed_by_date SELECT '2026-03-01' + INTERVAL seq DAY FROM seq_1_to_500;
    CREATE TABLE moments (ts DATE); INSERT INTO moments VALUES ('0000-00-00');
    ANALYZE TABLE orders, pairs;
  `);
});

function read(config: Readonly<Record<string, unknown>>): Promise<PipelineRun> {
  const steps = {
    rows: { component: "mysql.extractor" as const, config: { ...connectionConfig(server), ...config } },
  };
  return mysqlProject().run(steps, { environment: environmentOf(server) });
}

async function rowsOf(config: Readonly<Record<string, unknown>>, sql: string): Promise<unknown> {
  const run = await read(config);
  expect(run.error).toBeUndefined();
  return run.values(sql);
}

const SUMMARY = "SELECT concat_ws(' ', count(*), min(id), max(id), sum(total)) FROM rows";

describe("what is read", () => {
  test("all rows of a table", async () => {
    expect(await rowsOf({ table: "orders" }, SUMMARY)).toEqual(["5000 1 5000 3125625.00"]);
  });

  test("dates that no calendar has in a column that is called as a field of the log", async () => {
    const run = await read({ table: "moments" });
    expect(run.error).toBeUndefined();
    expect(run.metrics).toMatchObject({ zero_dates: 1 });
    expect(run.events).toContainEqual(expect.objectContaining({ level: "warn", zero_dates: { ts: 1 } }));
  });

  test("columns in their order", async () => {
    const run = await read({ table: "orders", columns: ["total", "id"] });
    expect(await run.columns("rows")).toEqual([
      { name: "total", type: "DECIMAL(12,2)" },
      { name: "id", type: "UBIGINT" },
    ]);
  });

  test("rows that meet where", async () => {
    const where = "country = 'CZ' OR id = 2 -- and no more";
    expect(await rowsOf({ table: "orders", where }, "SELECT count(*)::INT FROM rows")).toEqual([2501]);
  });

  test("limit and offset, by the primary key", async () => {
    expect(await rowsOf({ table: "orders", limit: 3, offset: 10 }, "SELECT id::INT FROM rows")).toEqual([
      11, 12, 13,
    ]);
    expect(await rowsOf({ table: "plain", limit: 0 }, "SELECT a FROM rows")).toEqual([]);
  });

  test("a view", async () => {
    expect(await rowsOf({ table: "czech" }, "SELECT count(*)::INT FROM rows")).toEqual([2500]);
  });

  test("a table of another database", async () => {
    const config = {
      table: "tables",
      schema: "information_schema",
      where: "table_name = 'orders'",
      columns: ["TABLE_NAME"],
    };
    expect(await rowsOf(config, "SELECT * FROM rows")).toEqual(["orders"]);
  });

  test("names that need quotes", async () => {
    expect(await rowsOf({ table: "odd `name", columns: ["a`b"] }, "SELECT * FROM rows")).toEqual([1]);
  });

  test.each([
    "SELECT 1 AS a UNION ALL SELECT 2;",
    "WITH x AS (SELECT 1 AS a) SELECT * FROM x -- one",
    "(SELECT 7 AS a)",
  ])("%s", async (query) => {
    expect(await rowsOf({ query }, "SELECT min(a)::INT FROM rows")).toHaveLength(1);
  });

  test("SHOW and DESCRIBE", async () => {
    expect(await rowsOf({ query: "SHOW TABLES LIKE 'orders'" }, "SELECT * FROM rows")).toEqual(["orders"]);
    expect(await rowsOf({ query: "DESCRIBE plain" }, 'SELECT "Field" FROM rows')).toEqual(["a"]);
  });

  test("the event schema says what the server's types are", async () => {
    const run = await read({ table: "orders" });
    const event = run.events.find(({ event: name }) => name === "schema");
    expect(event?.["columns"]).toContainEqual({
      name: "total",
      type: "DECIMAL(12,2)",
      reason: "the server's type is decimal(12,2)",
    });
    expect(run.metrics["bytes_read"]).toBeGreaterThan(5000 * 16);
  });

  test("a table without transactions says that it has no snapshot", async () => {
    const run = await read({ table: "log" });
    expect(run.warnings).toContainEqual(expect.stringContaining("MyISAM"));
  });
});

describe("batch_size", () => {
  test("reads all rows in statements of so many", async () => {
    expect(await rowsOf({ table: "orders", batch_size: 700 }, SUMMARY)).toEqual(["5000 1 5000 3125625.00"]);
    expect(await rowsOf({ table: "orders", batch_size: 1000 }, SUMMARY)).toEqual(["5000 1 5000 3125625.00"]);
  });

  test("of a key of several columns, with where", async () => {
    const sql = "SELECT concat_ws(' ', count(*), count(DISTINCT x), sum(x)) FROM rows";
    expect(await rowsOf({ table: "pairs", batch_size: 123 }, sql)).toEqual(["5000 5000 12502500"]);
    expect(await rowsOf({ table: "pairs", batch_size: 123, where: "x > 100 OR x < 50" }, sql)).toEqual([
      "4949 4949 12498675",
    ]);
  });

  test("of a key of bytes", async () => {
    const sql = "SELECT concat_ws(' ', count(*), count(DISTINCT k)) FROM rows";
    expect(await rowsOf({ table: "hashes", batch_size: 100 }, sql)).toEqual(["3000 3000"]);
  });

  test("of a key of text in another charset", async () => {
    expect(
      await rowsOf({ table: "latin", batch_size: 100 }, "SELECT count(DISTINCT k)::INT FROM rows"),
    ).toEqual([1000]);
    expect(await rowsOf({ table: "latin", batch_size: 100 }, "SELECT count(*)::INT FROM rows")).toEqual([
      1000,
    ]);
  });

  test.each([null, "text"])(
    "of a key of dates that no calendar has, with zero_dates %s",
    async (zeroDates) => {
      const config = { table: "keyed_by_date", zero_dates: zeroDates };
      expect(await rowsOf({ ...config, batch_size: 100 }, "SELECT count(*)::INT FROM rows")).toEqual([502]);
      expect(await rowsOf(config, "SELECT count(*)::INT FROM rows")).toEqual([502]);
    },
  );

  test("a key that SELECT * leaves out", async () => {
    expect(await rowsOf({ table: "hidden" }, "SELECT sum(a)::INT FROM rows")).toEqual([3]);
    const columns = ["id", "a"];
    expect(
      await rowsOf({ table: "hidden", columns, batch_size: 100 }, "SELECT sum(a)::INT FROM rows"),
    ).toEqual([3]);
  });

  test.each([
    [{ table: "plain" }, "no primary key"],
    [{ table: "czech" }, "a view"],
    [{ table: "levels" }, 'column "l" of the type enum'],
    [{ table: "orders", columns: ["total"] }, "which is not read"],
  ])("is refused for %o", async (config, message) => {
    const run = await read({ ...config, batch_size: 100 });
    expect(run.error).toMatchObject({
      code: "mysql.batch_size_key",
      message: expect.stringContaining(message),
    });
  });
});

describe("partition", () => {
  test.each([
    { table: "orders", partition: { column: "id", count: 3 } },
    { table: "orders", partition: { column: "at", count: 4 } },
    { table: "orders", partition: { column: "id", count: 2, lock: "brief" } },
    { query: "SELECT * FROM orders", partition: { column: "id", count: 3 } },
  ])("%o", async (config) => {
    expect(await rowsOf(config, SUMMARY)).toEqual(["5000 1 5000 3125625.00"]);
  });

  test("rows that meet where", async () => {
    const config = {
      table: "orders",
      where: "country = 'CZ' OR id = 2",
      partition: { column: "id", count: 5 },
    };
    expect(await rowsOf(config, "SELECT count(*)::INT FROM rows")).toEqual([2501]);
  });

  test.each(["d", "at", "n"])(
    "NULL and dates that no calendar has are in one range of %s",
    async (column) => {
      const config = { table: "days", partition: { column, count: 7 } };
      expect(await rowsOf(config, "SELECT count(*)::INT FROM rows")).toEqual([3002]);
    },
  );

  test("fewer values than ranges, and none", async () => {
    const one = { table: "plain", partition: { column: "a", count: 8 } };
    expect(await rowsOf(one, "SELECT a FROM rows")).toEqual([1]);
    expect(await rowsOf({ ...one, where: "FALSE" }, "SELECT a FROM rows")).toEqual([]);
  });

  test("a column that has no ranges", async () => {
    const run = await read({ table: "orders", partition: { column: "country", count: 2 } });
    expect(run.error).toMatchObject({ code: "mysql.partition_type" });
  });

  test("a lock that is not free", async () => {
    await using client = await openClient(server);
    await client.query("START TRANSACTION; UPDATE orders SET total = 0 WHERE id = 1");
    const run = await read({ table: "orders", partition: { column: "id", count: 2, lock: "brief" } });
    await client.query("ROLLBACK");
    expect(run.error).toMatchObject({ code: "mysql.lock_failed", retryable: true });
  });

  test("a lock for which the right is missing", async () => {
    await using client = await openClient(server);
    await client.query(
      "CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'secret'; GRANT SELECT ON osiris_test.* TO reader",
    );
    const config = { user: "reader", table: "orders", partition: { column: "id", count: 2, lock: "brief" } };
    const steps = {
      rows: { component: "mysql.extractor" as const, config: { ...connectionConfig(server), ...config } },
    };
    const run = await mysqlProject().run(steps, { environment: { MYSQL_PASSWORD: "secret" } });
    expect(run.error).toMatchObject({ code: "mysql.lock_failed", retryable: false });
  });
});

describe("what is refused", () => {
  test.each([
    [{ table: "order" }, "mysql.table_not_found", 'Did you mean "orders"?'],
    [{ table: "orders", columns: ["countr"] }, "mysql.column_not_found", 'Did you mean "country"?'],
    [{ table: "orders", cursor: { column: "updated" } }, "mysql.column_not_found", "Its columns are: id"],
    [{ query: "SELECT * FROM nothing" }, "mysql.", ""],
  ])("%o", async (config, code, hint) => {
    const run = await read(config);
    expect(run.error?.code).toContain(code);
    expect(run.error?.hint).toContain(hint);
  });

  test.each([
    [{ query: "DELETE FROM orders" }, "begins with DELETE"],
    [{ query: "SELECT 1; SELECT 2" }, "several statements"],
    [{ query: "SELECT * FROM orders FOR UPDATE" }, "UPDATE"],
    [{ table: "orders", where: "1) OR (1" }, "closes a bracket"],
    [{ query: "SHOW TABLES", cursor: { column: "a", key: ["a"] } }, "begins with SELECT"],
    [{ query: "SELECT 1 AS a", cursor: { column: "a" } }, "no primary key"],
    [{ query: "SELECT 1 AS a", partition: { column: "a", count: 2, lock: "brief" } }, "lock: brief"],
  ])("%o at compile", async (config, message) => {
    const steps = {
      rows: { component: "mysql.extractor" as const, config: { ...connectionConfig(server), ...config } },
    };
    const findings = await mysqlProject().findings(steps);
    expect(JSON.stringify(findings)).toContain(message);
  });

  test("SQL from the environment, in the run", async () => {
    const steps = {
      rows: {
        component: "mysql.extractor" as const,
        config: { ...connectionConfig(server), query: "${SQL}" },
      },
    };
    const run = await mysqlProject().run(steps, {
      environment: { ...environmentOf(server), SQL: "DELETE FROM orders" },
    });
    expect(run.error).toMatchObject({ code: "mysql.bad_config" });
  });

  test("a function that writes, by the server", async () => {
    await using client = await openClient(server);
    await client.query(
      "CREATE OR REPLACE FUNCTION clean() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM plain; RETURN 1; END",
    );
    const run = await read({ query: "SELECT clean() AS a" });
    expect(run.error).toMatchObject({ code: "mysql.read_only" });
    expect(await rowsOf({ table: "plain" }, "SELECT a FROM rows")).toEqual([1]);
  });
});

import { Secret, type Discovery } from "@osiris/core";
import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { mysqlExtractor, mysqlWriter } from "../src/index.ts";
import { openSession } from "../src/connection/session.ts";
import { prepareRows } from "../src/rows/read-rows.ts";
import { openClient, sessionConfig, testServer, type Changes } from "./server.ts";

const signal = new AbortController().signal;
const server = useServer(testServer());

function discover(changes: Changes = {}, samples = 0): Promise<Discovery> {
  const answer = mysqlExtractor.discover?.({ connection: sessionConfig(server, changes), samples, signal });
  return answer ?? Promise.reject(new Error("nobody answers"));
}

async function sql(...statements: readonly string[]): Promise<void> {
  await using client = await openClient(server);
  for (const statement of statements) await client.query(statement);
}

const ALL_TYPES = [
  ...["tinyint", "smallint", "mediumint", "int", "bigint"].flatMap((type) => [type, `${type} unsigned`]),
  "tinyint(1)",
  "int(5) unsigned zerofill",
  "decimal(12,2)",
  "decimal(38,10)",
  "decimal(5,0) unsigned",
  "decimal(65,30)",
  "float",
  "double",
  "float(7,3)",
  "bit(1)",
  "bit(64)",
  "year",
  "date",
  "time",
  "time(6)",
  "datetime",
  "datetime(3)",
  "timestamp(6) NULL",
  "char(3)",
  "varchar(20)",
  "varchar(20) character set latin1",
  "char(3) character set binary",
  "binary(16)",
  "varbinary(20)",
  ...["tiny", "", "medium", "long"].flatMap((size) => [`${size}text`, `${size}blob`]),
  "enum('a','b')",
  "set('a','b')",
  "json",
  "point",
  "geometry",
];
const MARIADB_TYPES = ["uuid", "inet4", "inet6"];

describe("discovering", () => {
  server.prepare(async () => {
    const isMariadb = process.env["OSIRIS_TEST_MYSQL84"] !== "1";
    const types = [...ALL_TYPES, ...(isMariadb ? MARIADB_TYPES : [])];
    await sql(
      `CREATE TABLE every_type (${types.map((type, at) => `c${at} ${type}`).join(", ")})`,
      "CREATE VIEW seen AS SELECT * FROM every_type",
      "CREATE TABLE orders (region VARCHAR(5), id INT UNSIGNED COMMENT 'counts up', amount DECIMAL(12,2) NOT NULL, big BIGINT, note LONGTEXT, raw BLOB, place POINT, flags BIT(10), rate DOUBLE, day DATE, PRIMARY KEY (region, id))",
      `INSERT INTO orders VALUES ('b', 1, 2.50, 9007199254740993, REPEAT('ř', 100000), x'00ff', POINT(1, 2), b'1010', 0.1, '2026-01-31'),
        ('a', 2, 10, 5, NULL, NULL, NULL, NULL, NULL, NULL)`,
      "CREATE TABLE gone (id INT)",
      "CREATE VIEW broken AS SELECT id FROM gone",
      "DROP TABLE gone",
      "CREATE DATABASE `an other`",
      "CREATE TABLE `an other`.`we``ird` (`na me` INT)",
      "CREATE DATABASE Twice; CREATE TABLE Twice.one (id INT); CREATE DATABASE twice; CREATE TABLE twice.one (id INT)",
      "CREATE USER part IDENTIFIED BY 'x'",
      "GRANT SELECT (id, region) ON orders TO part",
      "GRANT INSERT ON every_type TO part",
    );
  });

  test("has the types that a step has, of tables and views", async () => {
    const { resources, incomplete } = await discover();
    expect(incomplete).toBeUndefined();
    await using session = await openSession(sessionConfig(server), { purpose: "read", signal });
    const options = { decoder: "binary", types: { zeroDates: "null", tinyint1: "integer" } } as const;
    for (const name of ["every_type", "seen"]) {
      const { columns } = await prepareRows(session, { sql: `SELECT * FROM ${name}` }, options);
      const found = resources.find((resource) => resource.name === name);
      expect(found?.columns.map(({ type }, at) => `${ALL_TYPES[at]}: ${type}`)).toEqual(
        columns.map(({ type }, at) => `${ALL_TYPES[at]}: ${type}`),
      );
    }
  });

  test("tells of a table what there is to tell", async () => {
    await sql("ANALYZE TABLE orders");
    const orders = (await discover()).resources.find(({ name }) => name === "orders");
    expect(orders).toMatchObject({
      kind: "table",
      rows: { count: 2, exact: false },
      config: { table: "orders" },
      columns: [
        { name: "region", type: "VARCHAR", sourceType: "varchar(5)", nullable: false, primaryKey: 1 },
        { name: "id", type: "UINTEGER", nullable: false, primaryKey: 2, description: "counts up" },
        { name: "amount", type: "DECIMAL(12,2)", sourceType: "decimal(12,2)", nullable: false },
        ...Array.from({ length: 7 }, () => ({ nullable: true })),
      ],
    });
    expect(orders?.bytes).toBeGreaterThan(100_000);
    expect(orders).not.toHaveProperty("samples");
  });

  test("shows samples in the order of the key, cut short by the server", async () => {
    const { resources } = await discover({}, 2);
    expect(resources.find(({ name }) => name === "orders")?.samples).toEqual([
      {
        region: "a",
        id: 2,
        amount: "10.00",
        big: 5,
        note: null,
        raw: null,
        place: null,
        flags: null,
        rate: null,
        day: null,
      },
      {
        region: "b",
        id: 1,
        amount: "2.50",
        big: "9007199254740993",
        note: "ř".repeat(200),
        raw: "00FF",
        place: "POINT(1 2)",
        flags: 10,
        rate: 0.1,
        day: "2026-01-31",
      },
    ]);
  });

  test("says of a view that is broken that it cannot be read, and still discovers the others", async () => {
    const broken = (await discover({}, 1)).resources.find(({ name }) => name === "broken");
    expect(broken).toMatchObject({ kind: "view", problem: expect.stringContaining("broken") });
    expect(broken).not.toHaveProperty("samples");
  });

  test("of a view that computes for ever there are no samples, and that is told", async () => {
    await sql("CREATE VIEW slow AS SELECT SLEEP(1000) AS nap FROM orders");
    try {
      const { resources, incomplete } = await discover({}, 1);
      expect(resources.map(({ name }) => name)).toContain("slow");
      expect(incomplete).toMatch(/^no samples of slow: /);
    } finally {
      await sql("DROP VIEW slow");
    }
  });

  test("without a database shows all but the server's own", async () => {
    const { resources } = await discover({ database: null });
    expect(resources.map(({ name }) => name).sort()).toEqual([
      "Twice.one",
      "an other.we`ird",
      ...["broken", "every_type", "orders", "seen"].map((name) => `${server.database}.${name}`),
      "twice.one",
    ]);
    expect((await discover({ database: "twice" })).resources).toHaveLength(1);
    expect(resources.find(({ name }) => name.startsWith("an other"))).toMatchObject({
      config: { schema: "an other", table: "we`ird" },
      columns: [{ name: "na me", type: "INTEGER" }],
    });
  });

  test("says what a user may not read, and which columns of a table they may", async () => {
    const { resources } = await discover({ user: "part", password: new Secret("x") }, 1);
    expect(resources).toMatchObject([
      { name: "every_type", problem: expect.stringContaining("SELECT") },
      {
        name: "orders",
        config: { table: "orders", columns: ["region", "id"] },
        columns: [{ name: "region" }, { name: "id" }],
        samples: [{ region: "a", id: 2 }],
      },
    ]);
  });

  test("gives the same answer twice", async () => {
    expect(await discover({}, 2)).toEqual(await discover({}, 2));
  });
});

describe("checking", () => {
  async function check(changes: Changes = {}): Promise<unknown> {
    return mysqlWriter.check?.({ connection: sessionConfig(server, changes), signal });
  }

  test("says what answers, and how fast", async () => {
    expect(await check()).toEqual({
      details: expect.stringMatching(/^(MariaDB|MySQL) \d+\.\d+\.\d+ with(out TLS| TLSv1\.[23]), [\d.]+ ms$/),
      warnings: [],
    });
  });

  test("warns of what will not work for every step", async () => {
    await sql("CREATE USER nobody IDENTIFIED BY 'x'", "SET GLOBAL local_infile = 0, GLOBAL read_only = 1");
    try {
      expect(await check({ user: "nobody", password: new Secret("x"), database: null })).toMatchObject({
        warnings: [
          { message: expect.stringContaining("read-only") },
          { message: expect.stringContaining("LOAD DATA LOCAL") },
          { message: expect.stringContaining("no right to any table") },
        ],
      });
    } finally {
      await sql("SET GLOBAL local_infile = 1, GLOBAL read_only = 0");
    }
  });

  test("fails as a session fails", async () => {
    await expect(check({ password: new Secret("wrong") })).rejects.toMatchObject({
      code: "mysql.auth_failed",
    });
    await expect(mysqlWriter.check?.({ connection: { host: "localhost" }, signal })).rejects.toMatchObject({
      code: "mysql.no_user",
    });
  });
});

import { setTimeout as wait } from "node:timers/promises";
import { useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { mysqlProject, type PipelineRun, type Project } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());

async function sql(statements: string): Promise<void> {
  await using client = await openClient(server);
  await client.query(statements);
}

function runWith(project: Project, config: Readonly<Record<string, unknown>>): Promise<PipelineRun> {
  const steps = {
    rows: { component: "mysql.extractor" as const, config: { ...connectionConfig(server), ...config } },
  };
  return project.run(steps, { environment: environmentOf(server) });
}

/** The ids that a run has read. */
async function idsOf(project: Project, config: Readonly<Record<string, unknown>>): Promise<unknown> {
  const run = await runWith(project, config);
  expect(run.error).toBeUndefined();
  return run.values("SELECT id::INT FROM rows ORDER BY id");
}

/** A type, four of its values from the least to the greatest, and a lookback from the last that reaches the third. */
const TYPES: readonly (readonly [type: string, values: readonly string[], lookback: number | string])[] = [
  ["INT UNSIGNED", ["1", "5", "9", "12"], 3],
  ["BIGINT", ["-9223372036854775808", "-1", "9223372036854775806", "9223372036854775807"], 1],
  ["BIGINT UNSIGNED", ["0", "5", "18446744073709551614", "18446744073709551615"], 1],
  ["DECIMAL(20,3)", ["-1.5", "0.001", "12345678901234567.888", "12345678901234567.889"], 1],
  ["DECIMAL(38,0)", ["1", "2", `${"9".repeat(37)}8`, "9".repeat(38)], 1],
  ["DATE", ["1999-12-31", "2024-02-29", "2024-03-01", "2024-03-02"], "1d"],
  [
    "DATETIME(6)",
    ["2024-01-01", "2024-01-02 03:04:05.000001", "2024-01-02 03:04:05.000002", "2024-01-02 03:04:06"],
    "1s",
  ],
  ["DATETIME", ["2024-01-01", "2024-01-02 03:04:05", "2024-01-02 03:04:06", "2024-01-02 03:04:07"], "1s"],
  [
    "TIMESTAMP(3)",
    ["2024-01-01", "2024-03-31 01:30:00", "2024-03-31 02:30:00.001", "2024-03-31 02:30:00.002"],
    "1s",
  ],
];

/** Rows by id, with the number of the value among the type's. */
type Values = Readonly<Record<number, number | null>>;

/** Tables with a column of each type, which all tests read at once: a step for each. */
class TypeTables {
  readonly #project = mysqlProject();
  readonly #key: string;

  constructor(key = "PRIMARY KEY") {
    this.#key = key;
  }

  async create(rows: Values): Promise<void> {
    const tables = TYPES.map(
      ([type], index) => `CREATE OR REPLACE TABLE t${index} (id INT ${this.#key}, v ${type})`,
    );
    await sql(tables.join(";"));
    await this.insert(rows);
  }

  insert(rows: Values): Promise<void> {
    const inserts = TYPES.flatMap(([, values], index) =>
      Object.entries(rows).map(
        ([id, at]) => `INSERT INTO t${index} VALUES (${id}, ${at === null ? "NULL" : `'${values[at]}'`})`,
      ),
    );
    return sql(inserts.join(";"));
  }

  /** The ids that a run has read, by type. */
  async read(
    cursor: (values: readonly string[], lookback: number | string) => object = () => ({}),
  ): Promise<Readonly<Record<string, unknown>>> {
    const steps = TYPES.map(([, values, lookback], index) => {
      const config = { table: `t${index}`, cursor: { column: "v", ...cursor(values, lookback) } };
      const connected = { ...connectionConfig(server), ...config };
      return [`s${index}`, { component: "mysql.extractor" as const, config: connected }] as const;
    });
    const run = await this.#project.run(Object.fromEntries(steps), { environment: environmentOf(server) });
    if (run.error !== undefined) throw new Error(run.error.message);
    const lists = TYPES.map((_, index) => `(SELECT list(id::INT ORDER BY id) FROM s${index}) AS ids${index}`);
    const [ids = {}] = await run.query(`SELECT ${lists.join(", ")}`);
    return Object.fromEntries(TYPES.map(([type], index) => [type, ids[`ids${index}`] ?? []]));
  }
}

function everyType(ids: readonly number[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(TYPES.map(([type]) => [type, ids]));
}

describe("a cursor of every type", () => {
  test("reads what is new, and the greatest value's rows once", async () => {
    const tables = new TypeTables();
    await tables.create({ 1: 0, 2: 2, 3: 1 });
    expect(await tables.read()).toEqual(everyType([1, 2, 3]));
    expect(await tables.read()).toEqual(everyType([]));
    await tables.insert({ 4: 2, 5: 3, 6: 1 });
    expect(await tables.read()).toEqual(everyType([4, 5]));
    expect(await tables.read()).toEqual(everyType([]));
  });

  test("open, with the rows after the greatest value", async () => {
    const tables = new TypeTables("");
    await tables.create({ 1: 0, 2: 2 });
    expect(await tables.read(() => ({ boundary: "open" }))).toEqual(everyType([1, 2]));
    await tables.insert({ 4: 2, 5: 3 });
    expect(await tables.read(() => ({ boundary: "open" }))).toEqual(everyType([5]));
  });

  test("with a lookback, rows that come late", async () => {
    const tables = new TypeTables();
    const cursor = (_: readonly string[], lookback: number | string): object => ({ lookback });
    await tables.create({ 1: 0, 2: 3 });
    expect(await tables.read(cursor)).toEqual(everyType([1, 2]));
    await tables.insert({ 3: 2, 4: 3 });
    expect(await tables.read(cursor)).toEqual(everyType([3, 4]));
    expect(await tables.read(cursor)).toEqual(everyType([]));
  });

  test("begins at initial", async () => {
    const tables = new TypeTables();
    await tables.create({ 1: 0, 2: 2, 3: 1, 4: null });
    expect(await tables.read(([, second]) => ({ initial: second }))).toEqual(everyType([2, 3]));
  });
});

describe("a cursor", () => {
  test("of a query, with its key", async () => {
    await sql(`CREATE OR REPLACE TABLE q (id INT PRIMARY KEY, v DATETIME(6), x INT);
      INSERT INTO q VALUES (1, '2024-01-01', 1), (2, '2024-01-02', 2)`);
    const project = mysqlProject();
    const config = { query: "SELECT id, v FROM q WHERE x < 10 -- few", cursor: { column: "v", key: ["id"] } };
    expect(await idsOf(project, config)).toEqual([1, 2]);
    await sql("INSERT INTO q VALUES (3, '2024-01-02', 3), (4, '2024-01-03', 11), (5, '2024-01-03', 5)");
    expect(await idsOf(project, config)).toEqual([3, 5]);
    expect(await idsOf(project, config)).toEqual([]);
  });

  test("with where and columns, of a key of several columns", async () => {
    await sql(`CREATE OR REPLACE TABLE w (a VARBINARY(4), id INT, v INT, x INT, PRIMARY KEY (a, id));
      INSERT INTO w VALUES (X'00FF', 1, 1, 1), (X'00', 2, 2, 1), (X'01', 2, 2, 0)`);
    const project = mysqlProject();
    const config = { table: "w", columns: ["id", "v", "a"], where: "x = 1", cursor: { column: "v" } };
    expect(await idsOf(project, config)).toEqual([1, 2]);
    await sql("INSERT INTO w VALUES (X'0000', 2, 2, 1), (X'01', 3, 3, 0)");
    expect(await idsOf(project, config)).toEqual([2]);
    expect(await idsOf(project, config)).toEqual([]);
  });

  test("of what is text in the table", async () => {
    await sql(`CREATE OR REPLACE TABLE x (id INT PRIMARY KEY, v DATETIME, w DECIMAL(65,2));
      SET sql_mode = ''; INSERT INTO x VALUES (1, '2024-01-02', 1), (2, '2024-01-01', 1e60), (3, '0000-00-00', 2)`);
    for (const column of ["v", "w"]) {
      await sql("DELETE FROM x WHERE id > 3");
      const project = mysqlProject();
      const config = { table: "x", zero_dates: "text", cursor: { column } };
      expect(await idsOf(project, config)).toEqual([1, 2, 3]);
      await sql("INSERT INTO x VALUES (4, '2024-01-02', 1e60), (5, '2024-01-03', 1e60 + 0.01)");
      expect(await idsOf(project, config)).toEqual([4, 5]);
      expect(await idsOf(project, config)).toEqual([]);
    }
  });

  test("a row that changes is read again", async () => {
    await sql(`CREATE OR REPLACE TABLE c (id INT PRIMARY KEY, v INT); INSERT INTO c VALUES (1, 1), (2, 2)`);
    const project = mysqlProject();
    const config = { table: "c", cursor: { column: "v", lookback: 5 } };
    expect(await idsOf(project, config)).toEqual([1, 2]);
    await sql("UPDATE c SET v = 0 WHERE id = 2; UPDATE c SET v = 3 WHERE id = 1");
    expect(await idsOf(project, config)).toEqual([1, 2]);
    expect(await idsOf(project, config)).toEqual([]);
  });

  test("rows without a value are read in the first run, and told", async () => {
    await sql(
      `CREATE OR REPLACE TABLE n (id INT PRIMARY KEY, v INT); INSERT INTO n VALUES (1, 1), (2, NULL)`,
    );
    const project = mysqlProject();
    const run = await runWith(project, { table: "n", cursor: { column: "v" } });
    expect(await run.values("SELECT count(*)::INT FROM rows")).toEqual([2]);
    expect(run.metrics["rows_without_cursor"]).toBe(1);
    expect(run.warnings).toContainEqual(expect.stringContaining("no later run reads them"));
    await sql("INSERT INTO n VALUES (3, NULL)");
    expect(await idsOf(project, { table: "n", cursor: { column: "v" } })).toEqual([]);
  });

  test("an empty table leaves no state, and what comes is all read", async () => {
    await sql("CREATE OR REPLACE TABLE e (id INT PRIMARY KEY, v INT)");
    const project = mysqlProject();
    const config = { table: "e", cursor: { column: "v" } };
    expect(await idsOf(project, config)).toEqual([]);
    expect(await project.state("rows")).toBeUndefined();
    await sql("INSERT INTO e VALUES (1, -5)");
    expect(await idsOf(project, config)).toEqual([1]);
  });

  test("a longer lookback counts from the next run", async () => {
    await sql(
      `CREATE OR REPLACE TABLE l (id INT PRIMARY KEY, v INT); INSERT INTO l VALUES (1, 1), (2, 5), (3, 10)`,
    );
    const project = mysqlProject();
    expect(await idsOf(project, { table: "l", cursor: { column: "v", lookback: 2 } })).toEqual([1, 2, 3]);
    const config = { table: "l", cursor: { column: "v", lookback: 7 } };
    expect(await idsOf(project, config)).toEqual([]);
    await sql("INSERT INTO l VALUES (4, 4), (5, 9)");
    expect(await idsOf(project, config)).toEqual([4, 5]);
  });

  test("a time in the future is told", async () => {
    await sql(
      `CREATE OR REPLACE TABLE f (id INT PRIMARY KEY, v DATETIME); INSERT INTO f VALUES (1, '2999-01-01')`,
    );
    const run = await runWith(mysqlProject(), { table: "f", cursor: { column: "v" } });
    expect(run.warnings).toContainEqual(expect.stringContaining("in the future"));
  });

  test("of a table without transactions says that rows may come twice", async () => {
    await sql(
      `CREATE OR REPLACE TABLE m (id INT PRIMARY KEY, v INT) ENGINE = MyISAM; INSERT INTO m VALUES (1, 1)`,
    );
    const project = mysqlProject();
    const run = await runWith(project, { table: "m", cursor: { column: "v" } });
    expect(run.warnings).toContainEqual(expect.stringContaining("delivers rows of the greatest value again"));
    expect(await idsOf(project, { table: "m", cursor: { column: "v" } })).toEqual([1]);
  });
});

test.each(["a query", "a view"])(
  "%s of a table without snapshots: a row that comes while it is read is delivered by the next run",
  async (source) => {
    const gated = "SELECT id, v, GET_LOCK('gate', 60) AS gate FROM w";
    await sql(`CREATE OR REPLACE TABLE w (id INT PRIMARY KEY, v INT) ENGINE = MyISAM; INSERT INTO w VALUES (1, 1), (2, 2);
      CREATE OR REPLACE VIEW ww AS ${gated}`);
    const config = {
      ...(source === "a query" ? { query: gated } : { table: "ww" }),
      cursor: { column: "v", key: ["id"] },
    };
    const project = mysqlProject();
    await using client = await openClient(server);
    await client.query("SELECT GET_LOCK('gate', 60)");
    const first = idsOf(project, config);
    await untilOneWaits(client);
    await client.query("INSERT INTO w VALUES (3, 2); SELECT RELEASE_LOCK('gate')");
    expect(await first).toEqual([1, 2]);
    expect(await idsOf(project, config)).toEqual([3]);
    expect(await idsOf(project, config)).toEqual([]);
  },
);

async function untilOneWaits(client: Awaited<ReturnType<typeof openClient>>): Promise<void> {
  for (;;) {
    const [rows] = await client.query(
      "SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'",
    );
    if ((rows as readonly unknown[]).length > 0) return;
    await wait(20);
  }
}

describe("is refused:", () => {
  test.each([
    [{ column: "name" }, "mysql.cursor_type"],
    [{ column: "f" }, "mysql.cursor_type"],
    [{ column: "v", lookback: "5m" }, "mysql.lookback_misfit"],
    [{ column: "at", lookback: 5 }, "mysql.lookback_misfit"],
    [{ column: "v", initial: "yesterday" }, "mysql.cursor_initial"],
    [{ column: "at", initial: "2024-02-30" }, "mysql.cursor_initial"],
  ])("cursor %o", async (cursor, code) => {
    await sql(`CREATE OR REPLACE TABLE r (id INT PRIMARY KEY, v INT, f DOUBLE, at DATETIME, name VARCHAR(9));
      INSERT INTO r VALUES (1, 1, 1, '2024-01-01', 'a')`);
    expect((await runWith(mysqlProject(), { table: "r", cursor })).error).toMatchObject({ code });
  });

  test("a key that the query does not have, before its rows are read", async () => {
    const query = "SELECT 1 AS v";
    const run = await runWith(mysqlProject(), { query, cursor: { column: "v", key: ["nope"] } });
    expect(run.error).toMatchObject({
      code: "mysql.column_not_found",
      message: expect.stringContaining('"nope"'),
    });
  });

  test("a table without a key", async () => {
    await sql("CREATE OR REPLACE TABLE k (v INT)");
    const run = await runWith(mysqlProject(), { table: "k", cursor: { column: "v" } });
    expect(run.error).toMatchObject({ code: "mysql.cursor_without_key" });
  });

  test.each([
    [{ table: "s2", cursor: { column: "v" } }, "another source"],
    [{ table: "s", cursor: { column: "id" } }, "another column"],
    [{ table: "s", cursor: { column: "v", boundary: "open" } }, "another boundary"],
    [{ table: "s", cursor: { column: "v", key: ["v"] } }, "another key"],
  ])("the state of %o", async (config, message) => {
    const tables = ["s", "s2"].map((table) => `CREATE OR REPLACE TABLE ${table} (id INT PRIMARY KEY, v INT)`);
    await sql(`${tables.join(";")}; INSERT INTO s VALUES (1, 1)`);
    const project = mysqlProject();
    await runWith(project, { table: "s", cursor: { column: "v" } });
    const run = await runWith(project, config);
    expect(run.error).toMatchObject({ code: "mysql.foreign_state" });
    expect(run.error?.message).toContain(message);
    expect(run.error?.hint).toContain("osiris state reset");
  });

  test("the state of a column that was a DATETIME, whose values were no moments", async () => {
    await sql(
      "CREATE OR REPLACE TABLE z (id INT PRIMARY KEY, v DATETIME); INSERT INTO z VALUES (1, '2024-01-01')",
    );
    const project = mysqlProject();
    await runWith(project, { table: "z", cursor: { column: "v" } });
    await sql("ALTER TABLE z MODIFY v TIMESTAMP NULL");
    const run = await runWith(project, { table: "z", cursor: { column: "v" } });
    expect(run.error).toMatchObject({
      code: "mysql.foreign_state",
      message: expect.stringContaining('another type: "datetime", not "timestamp"'),
    });
  });

  test("more rows within the lookback than a state can hold", async () => {
    await sql(`CREATE OR REPLACE TABLE b (id INT PRIMARY KEY, v DATE);
      INSERT INTO b SELECT seq, '2024-01-01' FROM seq_1_to_80001`);
    const project = mysqlProject();
    const run = await runWith(project, { table: "b", cursor: { column: "v" } });
    expect(run.error).toMatchObject({ code: "mysql.lookback_too_wide" });
    await sql("DELETE FROM b WHERE id = 80001");
    expect((await runWith(project, { table: "b", cursor: { column: "v" } })).error).toBeUndefined();
    await sql("INSERT INTO b VALUES (80002, '2024-01-01'), (80003, '2024-01-02')");
    expect(await idsOf(project, { table: "b", cursor: { column: "v" } })).toEqual([80002, 80003]);
  });
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { DATABASE_FILE, isOsirisError, RunDatabase, StepTables } from "../src/index.ts";
import { openDatabase } from "./open-database.ts";
import { tempFolder } from "./temp-folder.ts";

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return isOsirisError(error) ? error.code : String(error);
  }
  return "no error";
}

test("space is reclaimed another time while a step writes", async () => {
  const database = await openDatabase();
  const step = await database.connect();
  await step.run("BEGIN");
  await step.run("CREATE TABLE written AS FROM range(10)");
  await database.reclaimSpace();
  await step.run("COMMIT");
  expect(await database.tables()).toEqual(["written"]);
  await database.reclaimSpace();
});

describe("a connection", () => {
  test("refuses a second statement while a stream is open, and works again after it", async () => {
    const database = await openDatabase();
    const connection = await database.connect();
    const stream = connection.stream("SELECT * FROM range(100000)");
    const first = await stream.next();
    expect(first.done).toBe(false);
    expect(await codeOf(connection.run("SELECT 1"))).toBe("database.stream_open");
    expect(await codeOf(connection.stream("SELECT 1").next())).toBe("database.stream_open");
    let rows = first.done ? 0 : first.value.rowCount;
    for await (const batch of stream) rows += batch.rowCount;
    expect(rows).toBe(100_000);
    expect((await connection.run("SELECT 42 AS answer")).rows).toEqual([{ answer: 42 }]);
  });

  test("is free again when a stream is left early", async () => {
    const database = await openDatabase();
    const connection = await database.connect();
    for await (const batch of connection.stream("SELECT * FROM range(100000)")) {
      expect(batch.rowCount).toBeGreaterThan(0);
      break;
    }
    expect((await connection.run("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  test("refuses a second statement while one is running", async () => {
    const database = await openDatabase();
    const connection = await database.connect();
    const slow = connection.run("SELECT count(*) FROM range(10000000)");
    expect(await codeOf(connection.run("SELECT 1"))).toBe("database.statement_running");
    await slow;
  });

  test("runs exactly one statement at a time", async () => {
    const database = await openDatabase();
    expect(await codeOf(database.query("SELECT 1; SELECT 2"))).toBe("sql.one_statement");
    expect(await codeOf(database.query(""))).toBe("sql.one_statement");
  });

  test("stops a long statement when its signal is aborted", async () => {
    const database = await openDatabase();
    const controller = new AbortController();
    const slow = database.query("SELECT count(*) FROM range(100000000000)", [], controller.signal);
    setTimeout(() => controller.abort(), 100);
    expect(await codeOf(slow)).toBe("run.cancelled");
    expect(await codeOf(database.query("SELECT 1", [], controller.signal))).toBe("run.cancelled");
  });

  test("binds values and never reads them as SQL", async () => {
    const database = await openDatabase();
    const { rows } = await database.query("SELECT $1 AS text, $2 AS number", ["'; DROP TABLE x; --", 5n]);
    expect(rows).toEqual([{ text: "'; DROP TABLE x; --", number: 5n }]);
  });
});

describe("the run database", () => {
  test("is opened once in a process, by whatever path", async () => {
    const folder = tempFolder();
    await openDatabase({}, folder);
    const link = join(tempFolder(), "link");
    symlinkSync(folder, link);
    for (const path of [folder, link]) {
      const again = RunDatabase.open(join(path, DATABASE_FILE), {}, { files: [], directories: [] });
      expect(await codeOf(again)).toBe("database.locked");
      expect(await codeOf(RunDatabase.openReadOnly(join(path, DATABASE_FILE)))).toBe("database.locked");
    }
  });

  test("is refused to another process, and free after closing", async () => {
    const database = await openDatabase();
    const script = `
      const { RunDatabase } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "../src/index.ts")).href)});
      try {
        await (await RunDatabase.openReadOnly(${JSON.stringify(database.path)})).close();
        console.log("opened");
      } catch (error) {
        console.log(error.code);
      }`;
    const open = (): string =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout.trim();
    expect(open()).toBe("database.locked");
    await database.close();
    expect(open()).toBe("opened");
  });

  test("lets SQL reach the declared files only, and its settings stay", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "run"));
    mkdirSync(join(folder, "run/artifacts"));
    for (const name of ["in.csv", "other.csv"]) writeFileSync(join(folder, name), "a\n1\n");
    symlinkSync("/etc/passwd", join(folder, "run/artifacts/link.csv"));
    const database = await RunDatabase.open(
      join(folder, "run", DATABASE_FILE),
      {},
      {
        files: [join(folder, "in.csv"), join(folder, "out.csv")],
        directories: [join(folder, "run/artifacts")],
      },
    );
    const query = (sql: string): Promise<string> => codeOf(database.query(sql));
    expect(await query(`FROM read_csv('${folder}/in.csv')`)).toBe("no error");
    expect(await query(`COPY (SELECT 1) TO '${folder}/out.csv'`)).toBe("no error");
    expect(await query(`FROM read_csv('${folder}/other.csv')`)).toBe("database.file_refused");
    expect(await query(`FROM read_csv('${folder}/run/artifacts/../../other.csv')`)).toBe(
      "database.file_refused",
    );
    expect(await query("FROM read_text('/etc/passwd')")).toBe("database.file_refused");
    expect(await query(`FROM read_text('${folder}/run/artifacts/link.csv')`)).toBe("database.file_refused");
    expect(await query(`COPY (SELECT 1) TO '${folder}/new.csv'`)).toBe("database.file_refused");
    // Statements of our own may be of any kind: here DuckDB itself says no.
    const own = (sql: string): Promise<string> => codeOf(database.inTransaction([{ sql }]));
    expect(await own(`ATTACH '${folder}/x.duckdb'`)).toBe("database.file_refused");
    expect(await own("INSTALL httpfs")).toBe("database.file_refused");
    expect(await own("SET enable_external_access = true")).toBe("sql.invalid_input");
    expect(await own("SET memory_limit = '1TB'")).toBe("sql.invalid_input");
    expect(existsSync(join(folder, "new.csv"))).toBe(false);
    await database.close();
  });

  test.each([
    "ATTACH ':memory:' AS more",
    "DETACH pipeline_data",
    "USE _osiris",
    "SET VARIABLE x = 1",
    "SET memory_limit = '1TB'",
    "RESET memory_limit",
    "PRAGMA disable_checkpoint_on_shutdown",
    "INSTALL httpfs",
    "LOAD json",
    "UPDATE EXTENSIONS",
    "CALL enable_logging()",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "PREPARE one AS SELECT 1",
  ])("lets no step run %s", async (sql) => {
    const database = await openDatabase();
    expect(await codeOf(database.query(sql))).toBe("sql.refused_statement");
    expect(await codeOf((await database.connect()).stream(sql).next())).toBe("sql.refused_statement");
  });

  test.each([
    ["SELECT 1,\n 'žluť 🐎'::INTEGER", "::INTEGER"],
    ["SELECT 'žluť 🐎', nowhere", "nowhere"],
    ["SELECT 'žluť 🐎', x[ FROM y", "FROM"],
  ])("tells the place of a mistake: %s", async (sql, at) => {
    const database = await openDatabase();
    const error: unknown = await database.query(sql).catch((caught: unknown) => caught);
    expect(isOsirisError(error) && error.sql).toEqual({ text: sql, position: sql.indexOf(at) });
  });

  test("computes times in UTC whatever the process's zone is", async () => {
    const database = await openDatabase();
    const { rows } = await database.query(
      "SELECT CAST(TIMESTAMPTZ '2024-07-01 12:00:00+00' AS VARCHAR) AS t",
    );
    expect(rows).toEqual([{ t: "2024-07-01 12:00:00+00" }]);
  });

  test("says which setting helps when memory runs out", async () => {
    const database = await openDatabase({ memoryLimit: "40MB", maxTempSize: "1MB" });
    const big = database.query(
      "CREATE TABLE big AS SELECT list(i) AS l, i % 100000 AS k FROM range(5000000) t(i) GROUP BY k",
    );
    const error: unknown = await big.then(
      () => "no error",
      (caught: unknown) => caught,
    );
    expect(isOsirisError(error) && error.code).toBe("database.out_of_memory");
    expect(isOsirisError(error) && error.hint).toMatch(/--memory-limit/);
  });

  test("says the same when a writer's rows do not fit", async () => {
    const database = await openDatabase({ memoryLimit: "40MB", maxTempSize: "1MB" });
    const tables = await StepTables.open(database, "wide");
    const writer = await tables.create([{ name: "text", type: "VARCHAR" }]);
    const text = "x".repeat(1_000_000);
    const fill = (): void => {
      for (let row = 0; row < 100; row++) writer.append({ text: text + String(row) });
    };
    expect(fill).toThrow(expect.objectContaining({ code: "database.out_of_memory" }));
  });

  test("spills what does not fit in memory", async () => {
    const database = await openDatabase({ memoryLimit: "100MB" });
    const { rows } = await database.query(
      "SELECT count(*) AS n FROM (SELECT i, md5(i::VARCHAR) AS h FROM range(3000000) t(i) ORDER BY h OFFSET 10)",
    );
    expect(rows).toEqual([{ n: 2_999_990n }]);
  });

  test("closes while a statement runs and a stream is open", async () => {
    const database = await openDatabase();
    const running = database.query("SELECT count(*) FROM range(100000000000)");
    const stream = (await database.connect()).stream("SELECT * FROM range(100000000)");
    await stream.next();
    const waiting = codeOf(running);
    await sleep(50);
    await database.close();
    expect(await waiting).toBe("database.closed");
    expect(await codeOf(stream.next())).toBe("database.closed");
  });

  test("closes with connections still open, and refuses new ones", async () => {
    const database = await openDatabase();
    const connection = await database.connect();
    await database.close();
    await database.close();
    expect(await codeOf(connection.run("SELECT 1"))).toBe("database.closed");
    expect(await codeOf(database.query("SELECT 1"))).toBe("database.closed");
  });
});

describe("publishing", () => {
  test("replaces a table, and shows nothing before", async () => {
    const database = await openDatabase();
    for (const rows of [3, 5]) {
      const tables = await StepTables.open(database, "my-step");
      await tables.createAs(`SELECT * FROM range(${rows})`, {}, () => database.connect());
      expect(await database.tables()).toEqual(rows === 3 ? [] : ["my_step"]);
      const sealed = await tables.seal();
      expect(sealed.map(({ table, rows }) => ({ table, rows }))).toEqual([{ table: "my_step", rows }]);
      await tables.publish(sealed);
      expect((await database.describe("my_step")).rows).toBe(rows);
    }
    const { rows } = await database.query("SELECT step, table_name, row_count FROM _osiris.steps");
    expect(rows).toEqual([{ step: "my-step", table_name: "my_step", row_count: 5n }]);
  });

  test("publishes several outputs together", async () => {
    const database = await openDatabase();
    const tables = await StepTables.open(database, "films");
    for (const output of ["actors", "movies"]) {
      const writer = await tables.create([{ name: "id", type: "BIGINT" }], { output });
      writer.append({ id: 1 });
    }
    await tables.publish(await tables.seal());
    expect(await database.tables()).toEqual(["films__actors", "films__movies"]);
  });

  test("concurrent steps do not get in each other's way", async () => {
    const database = await openDatabase();
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const tables = await StepTables.open(database, `s${n}`);
        const writer = await tables.create([{ name: "n", type: "INTEGER" }]);
        for (let row = 0; row < 5000; row++) writer.append({ n: row });
        await tables.publish(await tables.seal());
      }),
    );
    const { rows } = await database.query(
      "SELECT count(*) AS steps, sum(row_count)::BIGINT AS rows FROM _osiris.steps",
    );
    expect(rows).toEqual([{ steps: 20n, rows: 100_000n }]);
  });

  test("a discarded step leaves the table of an earlier one", async () => {
    const database = await openDatabase();
    const first = await StepTables.open(database, "s");
    await first.createAs("SELECT 1 AS a", {}, () => database.connect());
    await first.publish(await first.seal());
    const second = await StepTables.open(database, "s");
    await second.createAs("SELECT 2 AS a", {}, () => database.connect());
    await second.discard();
    expect((await database.query("FROM s")).rows).toEqual([{ a: 1 }]);
    const left = await database.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'");
    expect(left.rows).toEqual([{ table_name: "s" }]);
  });
});

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DATABASE_FILE,
  RunDatabase,
  stateText,
  StepTables,
  type Column,
  type JsonValue,
  type StepTablesOptions,
} from "../src/index.ts";
import { openDatabase } from "./open-database.ts";
import { tempFolder } from "./temp-folder.ts";

const N: readonly Column[] = [{ name: "n", type: "INTEGER" }];
/** More than a transaction of the table writer has. */
const MANY = 150_000;

const first = (database: RunDatabase): Promise<StepTables> =>
  StepTables.open(database, "films", { identity: "same" });
const anew = (database: RunDatabase): Promise<StepTables> =>
  StepTables.open(database, "films", { identity: "other" });
const again = (database: RunDatabase, options: StepTablesOptions = {}): Promise<StepTables> =>
  StepTables.open(database, "films", { ...options, identity: "same" });

async function publish(tables: StepTables): Promise<void> {
  await tables.publish(await tables.seal());
}

async function numbers(database: RunDatabase, table = "films"): Promise<readonly unknown[]> {
  return (await database.query(`SELECT n FROM ${table}`)).rows.map((row) => row["n"]);
}

async function left(database: RunDatabase): Promise<readonly unknown[]> {
  const { rows } = await database.query(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY ALL",
  );
  const { rows: checkpoints } = await database.query("SELECT step FROM _osiris.checkpoints");
  return [...rows.map((row) => row["table_name"]), ...checkpoints.map((row) => row["step"])];
}

const save = (tables: StepTables, state: JsonValue): Promise<number> => tables.checkpoint(stateText(state));

describe("an attempt after a checkpoint", () => {
  test("has the state, the rows up to it in their order, and no others", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    expect(tables.resumed).toBeUndefined();
    const writer = await tables.create(N);
    for (let n = 0; n < 3; n++) writer.append({ n });
    await save(tables, { next: 3 });
    for (let n = 100; n < MANY; n++) writer.append({ n });
    await tables.discard();

    const second = await again(database);
    expect(second.resumed).toEqual({ next: 3 });
    expect(second.kept).toEqual([{ table: "films", rows: 3 }]);
    const resumed = await second.create(N);
    expect(resumed.rows).toBe(3);
    resumed.append({ n: 3 });
    expect(resumed.rows).toBe(4);
    await publish(second);
    expect(await numbers(database)).toEqual([0, 1, 2, 3]);
    expect(await left(database)).toEqual(["films"]);
  });

  test("has the first rows in their order, whatever their number and the names of their columns", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const columns: readonly Column[] = [{ name: "rowid", type: "INTEGER" }];
    const writer = await tables.create(columns);
    for (let n = 0; n < 3 * MANY; n++) writer.append({ rowid: -n });
    await save(tables, 1);
    for (let n = 0; n < MANY; n++) writer.append({ rowid: 1 });
    await tables.discard();
    await publish(await again(database));
    let n = 0;
    for await (const batch of database.read("films"))
      for (let row = 0; row < batch.rowCount; row++) expect(batch.columns[0]?.get(row)).toBe(-n++ || 0);
    expect(n).toBe(3 * MANY);
  });

  test("finds it in a file that another process has left without closing", async () => {
    const folder = tempFolder();
    const path = join(folder, DATABASE_FILE);
    for (let run = 0; run < 3; run++) {
      await using database = await RunDatabase.open(path, {}, { files: [], directories: [] });
      const tables = await again(database);
      expect(tables.resumed).toEqual(run === 0 ? undefined : { run: run - 1 });
      const writer = await tables.create(N);
      writer.append({ n: run });
      await save(tables, { run });
      writer.append({ n: -1 });
      writer.close();
    }
    await using database = await RunDatabase.open(path, {}, { files: [], directories: [] });
    const tables = await again(database);
    await publish(tables);
    expect(await numbers(database)).toEqual([0, 1, 2]);
  });

  test("need not open a table again for its rows to be part of the result", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const actors = await tables.create(N, { output: "actors" });
    actors.append({ n: 1 });
    actors.close();
    const extras = tables.createJson({ output: "extras" });
    await extras.append([{ n: 1 }, { n: "two" }]);
    await tables.createAs("SELECT 7 AS n", { output: "made" }, () => database.connect());
    (await tables.openRejects()).add({ row: 1n as never, reason: "odd" });
    tables.createJson({ output: "empty", columns: N });
    await save(tables, "movies");
    await tables.create(N, { output: "late" });
    expect(await left(database)).toContain("_staging__films__late");
    await tables.discard();
    expect(await left(database)).not.toContain("_staging__films__late");

    const second = await again(database);
    (await second.create(N, { output: "movies" })).append({ n: 5 });
    const sealed = await second.seal();
    expect(sealed.map(({ table, rows }) => [table, rows])).toEqual([
      ["films__actors", 1],
      ["films__extras", 2],
      ["films__made", 1],
      ["films__rejects", 1],
      ["films__empty", 0],
      ["films__movies", 1],
    ]);
    await second.publish(sealed);
    expect(await numbers(database, "films__extras")).toEqual(["1", '"two"']);
    expect(await left(database)).toHaveLength(6);
  });

  test("goes on with rows of JSON: keys, types and row numbers as if nothing had been", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const writer = tables.createJson({});
    await writer.append([{ n: 1, gone: null }, { n: 2 }]);
    await save(tables, 2);
    await writer.append([{ never: true, n: "x" }]);
    await tables.discard();

    const second = await again(database);
    const resumed = second.createJson({});
    expect(resumed.rows).toBe(2);
    await resumed.append([{ n: 2.5, added: "a" }]);
    await expect(resumed.append([{ n: Number.NaN }])).rejects.toThrow('Table "films", row 4, "n"');
    await second.discard();

    const third = await again(database);
    await third.createJson({}).append([{ n: 2.5, added: "a" }]);
    await publish(third);
    expect((await database.query("FROM films")).rows).toEqual([
      { n: 1, gone: null, added: null },
      { n: 2, gone: null, added: null },
      { n: 2.5, gone: null, added: "a" },
    ]);
  });

  test("has the rows of JSON also when the table was typed after the checkpoint", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const writer = tables.createJson({});
    await writer.append([{ n: 1 }]);
    await save(tables, 1);
    await writer.append([{ n: 2 }]);
    await tables.seal();
    await tables.discard();
    const second = await again(database);
    await second.seal();
    await second.discard();

    const third = await again(database);
    await third.createJson({}).append([{ n: 3 }]);
    await publish(third);
    expect(await numbers(database)).toEqual([1n, 3n]);
    expect(await left(database)).toEqual(["films"]);
  });

  test("takes a table of JSON that was closed as it is", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const writer = tables.createJson({});
    await writer.append([{ n: 1 }]);
    await save(tables, "one");
    await writer.close();
    await save(tables, "closed");
    await tables.discard();

    const second = await again(database);
    const resumed = second.createJson({});
    expect(resumed.rows).toBe(1);
    await expect(resumed.append([{ n: 2 }])).rejects.toMatchObject({ code: "table.writer_closed" });
    await resumed.close();
    await publish(second);
    expect(await numbers(database)).toEqual([1n]);
  });

  test("makes a table from SQL anew, and the checkpoint forgets the old one at once", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    // A type that the table writer does not take.
    await tables.createAs("SELECT 'POINT(1 1)'::GEOMETRY AS n", {}, () => database.connect());
    await save(tables, "made");
    await tables.discard();

    const second = await again(database);
    expect(second.kept).toEqual([{ table: "films", rows: 1 }]);
    const failed = second.createAs("SELECT nowhere", {}, () => database.connect());
    await expect(failed).rejects.toMatchObject({ code: "sql.binding" });
    await second.discard();

    const third = await again(database);
    expect([third.resumed, third.kept]).toEqual(["made", []]);
    await third.createAs("SELECT range AS n FROM range(3)", {}, () => database.connect());
    await save(third, "remade");
    await third.discard();

    await publish(await again(database));
    expect(await numbers(database)).toEqual([0n, 1n, 2n]);
  });

  test("of a writer has its state", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    await save(tables, { batches: 17 });
    await tables.discard();
    const second = await again(database);
    expect(second.resumed).toEqual({ batches: 17 });
    await publish(second);
    expect((await again(database)).resumed).toBeUndefined();
  });

  test("refuses other columns", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    await tables.create(N);
    tables.createJson({ output: "json", columns: N });
    await save(tables, 1);
    await tables.discard();
    const refused = expect.objectContaining({ code: "checkpoint.columns_changed" }) as unknown;
    const attempts = [
      (it: StepTables) => it.create([{ name: "n", type: "BIGINT" }]),
      (it: StepTables) => it.create([...N, { name: "m", type: "BIGINT" }]),
      (it: StepTables) => it.create(N, { output: "json" }),
      async (it: StepTables) => it.createJson({ output: "json" }),
      async (it: StepTables) => it.createJson({ output: "json", columns: N, onTypeChange: "fail" }),
    ];
    for (const attempt of attempts) {
      const second = await again(database);
      await expect(attempt(second)).rejects.toEqual(refused);
      await second.discard();
    }
  });

  test("is refused where rows of the checkpoint are missing", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    (await tables.create(N)).append({ n: 1 });
    await save(tables, 1);
    await tables.discard();
    await database.query("DELETE FROM _staging__films");
    await expect(again(database)).rejects.toMatchObject({ code: "checkpoint.incomplete" });
    await database.query("DROP TABLE _staging__films");
    await expect(again(database)).rejects.toMatchObject({ code: "checkpoint.incomplete" });
    await publish(await anew(database));
    expect(await left(database)).toEqual([]);
  });
});

describe("an attempt that begins anew", () => {
  test("drops all that was staged, with the checkpoint, and nothing of another step", async () => {
    const database = await openDatabase();
    const other = await StepTables.open(database, "films2");
    await other.create(N);
    await save(other, "other");
    const tables = await first(database);
    await tables.create(N, { output: "actors" });
    await tables.createJson({ output: "json" }).append([{ n: 1 }]);
    await save(tables, 1);
    await tables.discard();
    expect(await left(database)).toHaveLength(5);
    expect((await anew(database)).resumed).toBeUndefined();
    expect(await left(database)).toEqual(["_staging__films2", "films2"]);
    expect((await again(database)).resumed).toBeUndefined();
  });
});

describe("a checkpoint", () => {
  test("replaces the one before, also between attempts", async () => {
    const database = await openDatabase();
    for (let attempt = 0; attempt < 3; attempt++) {
      const tables = await again(database);
      const writer = await tables.create(N);
      for (const half of [0, 0.5]) {
        writer.append({ n: writer.rows });
        await save(tables, attempt + half);
      }
      await tables.discard();
    }
    expect(await left(database)).toEqual(["_staging__films", "films"]);
    const last = await again(database);
    expect(last.resumed).toBe(2.5);
    await publish(last);
    expect(await numbers(database)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("has the rows of the moment when it was called", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const writer = await tables.create(N, { output: "a" });
    const json = tables.createJson({ output: "b" });
    writer.append({ n: 1 });
    await json.append([{ n: 1 }]);
    const saved = save(tables, 1);
    for (let n = 0; n < MANY; n++) writer.append({ n });
    await expect(json.append([{ n: 2 }])).rejects.toMatchObject({ code: "table.writer_closed" });
    await expect(save(tables, 2)).rejects.toMatchObject({ code: "checkpoint.busy" });
    await saved;
    await tables.discard();
    expect((await again(database)).kept.map(({ rows }) => rows)).toEqual([1, 1]);
  });

  test("is waited for when the step ends without it", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    await tables.createJson({}).append([{ n: 1 }]);
    void save(tables, 1);
    await publish(tables);
    expect(await left(database)).toEqual(["films"]);
  });

  test("is refused while a call to a JSON table has not come back", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const json = tables.createJson({});
    const appended = json.append(Array.from({ length: 3000 }, (_, n) => ({ n })));
    await expect(save(tables, 1)).rejects.toMatchObject({ code: "checkpoint.busy" });
    await appended;
    await save(tables, 1);
    await tables.discard();
    expect((await again(database)).kept).toEqual([{ table: "films", rows: 3000 }]);
  });

  test("fails with what has made a table incomplete, whoever has caught it", async () => {
    const database = await openDatabase();
    const tables = await first(database);
    const writer = await tables.create(N, { output: "a" });
    expect(() => writer.append({ n: "x" })).toThrow("INTEGER");
    await expect(save(tables, 1)).rejects.toMatchObject({ code: "table.value_misfit" });
    await tables.discard();
    const second = await again(database);
    expect(second.resumed).toBeUndefined();
    const json = second.createJson({});
    await expect(json.append([{ n: Number.NaN }])).rejects.toThrow("NaN");
    await expect(save(second, 1)).rejects.toMatchObject({ code: "table.not_json" });
  });
});

describe("a state", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = { circle };
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];

  test.each([
    ["null", null, "the state is null"],
    ["undefined", undefined, "the state is undefined"],
    ["a member that is undefined", { a: [{ cursor: undefined }] }, "at /a/0/cursor is undefined"],
    ["a hole", { a: Array(2) }, "at /a/0 is undefined"],
    ["a bigint", { a: 1n }, "at /a is a bigint"],
    ["NaN", { a: Number.NaN }, "at /a is NaN"],
    ["a class", { a: new Date(0) }, "at /a is an object of the class Date"],
    ["a function", { toJSON: () => 1 }, "at /toJSON is a function"],
    ["a circle", circle, "at /self/circle contains itself"],
    ["half a character", { a: "\ud800" }, "at /a holds half a surrogate pair"],
    ["half a character in a key", { "\ud800": 1 }, "a key of the state holds half"],
    ["too deep a nest", deep, "nested too deeply"],
    ["too much", "é".repeat(512 * 1024), "1048578 bytes"],
  ])("cannot be %s", (_what, state, message) => {
    expect(() => stateText(state as JsonValue)).toThrow(
      expect.objectContaining({
        code: "state.invalid",
        message: expect.stringContaining(message) as unknown,
      }) as Error,
    );
  });

  const twice = { a: 1 };
  test.each([
    0,
    "",
    false,
    [],
    { a: [null, { b: "žluť 🐎\0\u2028" }], __proto__: null },
    "x".repeat(1024 * 1024 - 2),
    [twice, twice],
  ])("%# comes back as it was", async (state: JsonValue) => {
    const database = await openDatabase();
    const tables = await first(database);
    await save(tables, state);
    await tables.discard();
    expect((await again(database)).resumed).toEqual(state);
  });
});

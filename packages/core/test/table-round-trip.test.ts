import { describe, expect, test } from "vitest";
import { StepTables, type Cell, type CellInput, type Column, type RunDatabase } from "../src/index.ts";
import { openDatabase } from "./open-database.ts";

const columns: readonly Column[] = [
  { name: "yes", type: "BOOLEAN" },
  { name: "i", type: "INTEGER" },
  { name: "b", type: "BIGINT" },
  { name: "d", type: "DOUBLE" },
  { name: "tiny", type: "DECIMAL(4,2)" },
  { name: "small", type: "DECIMAL(9,0)" },
  { name: "money", type: "DECIMAL(18,4)" },
  { name: "huge", type: "DECIMAL(38,10)" },
  { name: "s", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "ts", type: "TIMESTAMP" },
];

const extremes: readonly Readonly<Record<string, CellInput>>[] = [
  {
    yes: true,
    i: 2_147_483_647,
    b: 9_223_372_036_854_775_807n,
    d: Number.MAX_VALUE,
    tiny: "99.99",
    small: "999999999",
    money: "99999999999999.9999",
    huge: "9999999999999999999999999999.9999999999",
    s: "žluťoučký 🐎 \"quoted\", 'too'\nand a second line",
    day: "9999-12-31",
    ts: "9999-12-31 23:59:59.999999",
  },
  {
    yes: false,
    i: -2_147_483_648,
    b: -9_223_372_036_854_775_808n,
    d: Number.MIN_VALUE,
    tiny: "-99.99",
    small: "-999999999",
    money: "-99999999999999.9999",
    huge: "-9999999999999999999999999999.9999999999",
    s: "",
    day: "0001-01-01",
    ts: "0001-01-01T00:00:00",
  },
  Object.fromEntries(columns.map(({ name }) => [name, null])),
  {
    yes: true,
    i: 0,
    b: 7,
    d: -0,
    tiny: "0",
    small: "+5",
    money: "1.5",
    huge: "0.0000000001",
    s: "exactly 12 b",
    day: 0,
    ts: 0n,
  },
];

async function fill(
  database: RunDatabase,
  rows: Iterable<Readonly<Record<string, CellInput>>>,
  shape = columns,
): Promise<StepTables> {
  const tables = await StepTables.open(database, "step");
  const writer = await tables.create(shape);
  for (const row of rows) writer.append(row);
  await tables.publish(await tables.seal());
  return tables;
}

async function readAll(database: RunDatabase, table = "step"): Promise<readonly Record<string, Cell>[]> {
  const rows: Record<string, Cell>[] = [];
  for await (const batch of database.read(table)) {
    for (let row = 0; row < batch.rowCount; row++) {
      rows.push(Object.fromEntries(batch.columns.map((column) => [column.name, column.get(row)])));
    }
  }
  return rows;
}

function* mixedRows(count: number): Generator<Readonly<Record<string, CellInput>>> {
  for (let n = 0; n < count; n++) yield { t: n % 3 === 0 ? null : `row ${n}`, n: n % 7 === 0 ? null : n };
}

describe("the table writer and reader", () => {
  test("keep every type at its extremes, and NULL", async () => {
    const database = await openDatabase();
    await fill(database, extremes);
    expect(await readAll(database)).toEqual([
      { ...extremes[0], day: 2_932_896, ts: 253_402_300_799_999_999n },
      { ...extremes[1], day: -719_162, ts: -62_135_596_800_000_000n },
      Object.fromEntries(columns.map(({ name }) => [name, null])),
      {
        ...extremes[3],
        b: 7n,
        tiny: "0.00",
        small: "5",
        money: "1.5000",
        huge: "0.0000000001",
      },
    ]);
  });

  test("agree with DuckDB's own reading of what was written", async () => {
    const database = await openDatabase();
    await fill(database, extremes);
    const { rows } = await database.query(
      `SELECT CAST(i AS VARCHAR) AS i, CAST(b AS VARCHAR) AS b, CAST(tiny AS VARCHAR) AS tiny,
         CAST(huge AS VARCHAR) AS huge, CAST(day AS VARCHAR) AS day, CAST(ts AS VARCHAR) AS ts, strlen(s) AS bytes
       FROM step WHERE i IS NOT NULL`,
    );
    expect(rows).toEqual([
      {
        i: "2147483647",
        b: "9223372036854775807",
        tiny: "99.99",
        huge: "9999999999999999999999999999.9999999999",
        day: "9999-12-31",
        ts: "9999-12-31 23:59:59.999999",
        bytes: BigInt(Buffer.byteLength(extremes[0]?.["s"] as string)),
      },
      {
        i: "-2147483648",
        b: "-9223372036854775808",
        tiny: "-99.99",
        huge: "-9999999999999999999999999999.9999999999",
        day: "0001-01-01",
        ts: "0001-01-01 00:00:00",
        bytes: 0n,
      },
      {
        i: "0",
        b: "7",
        tiny: "0.00",
        huge: "0.0000000001",
        day: "1970-01-01",
        ts: "1970-01-01 00:00:00",
        bytes: 12n,
      },
    ]);
  });

  test("keep rows and NULLs in place across vectors and transactions", async () => {
    const database = await openDatabase();
    const count = 300_000;
    const shape = [
      { name: "n", type: "INTEGER" },
      { name: "t", type: "VARCHAR" },
    ];
    await fill(database, mixedRows(count), shape);
    const { rows: wrong } = await database.query(
      `SELECT count(*) AS wrong FROM (SELECT n, t, rowid AS r FROM step)
       WHERE n IS DISTINCT FROM CASE WHEN r % 7 = 0 THEN NULL ELSE r END
          OR t IS DISTINCT FROM CASE WHEN r % 3 = 0 THEN NULL ELSE 'row ' || r END`,
    );
    expect(wrong).toEqual([{ wrong: 0n }]);
    expect((await database.describe("step")).rows).toBe(count);
  });

  test("flush long strings before a vector is full", async () => {
    const database = await openDatabase({ memoryLimit: "256MB" });
    const text = "x".repeat(10 * 1024 * 1024);
    await fill(
      database,
      Array.from({ length: 8 }, (_, n) => ({ n, t: text })),
      [
        { name: "n", type: "INTEGER" },
        { name: "t", type: "VARCHAR" },
      ],
    );
    const { rows } = await database.query("SELECT count(*) AS rows, min(strlen(t)) AS bytes FROM step");
    expect(rows).toEqual([{ rows: 8n, bytes: BigInt(text.length) }]);
  });

  test("bind by name, whatever the order of the keys", async () => {
    const database = await openDatabase();
    const shape = [
      { name: "a", type: "INTEGER" },
      { name: "b", type: "INTEGER" },
    ];
    await fill(database, [{ b: 2, a: 1 }, { a: 3 }, { b: 4, a: undefined }], shape);
    expect(await readAll(database)).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: null },
      { a: null, b: 4 },
    ]);
  });

  test("take columns with names that every object has", async () => {
    const database = await openDatabase();
    const shape = [
      { name: "constructor", type: "VARCHAR" },
      { name: "n", type: "INTEGER" },
    ];
    await fill(database, [{ n: 1 }, { n: 2, constructor: "x" }], shape);
    const { rows } = await database.query('SELECT n, "constructor" AS c FROM step');
    expect(rows).toEqual([
      { n: 1, c: null },
      { n: 2, c: "x" },
    ]);
  });

  test("read chosen columns in a chosen order", async () => {
    const database = await openDatabase();
    const shape = [
      { name: "a", type: "INTEGER" },
      { name: "b", type: "VARCHAR" },
    ];
    await fill(database, [{ a: 2, b: "x" }, { b: "null" }, { a: 1, b: "y" }], shape);
    const seen: Cell[] = [];
    for await (const batch of database.read("step", { columns: ["b"], orderBy: ["a"] })) {
      expect(batch.columns.map((column) => column.name)).toEqual(["b"]);
      for (let row = 0; row < batch.rowCount; row++) seen.push(batch.columns[0]?.get(row) ?? null);
    }
    expect(seen).toEqual(["y", "x", "null"]);
  });
});

describe("the table writer refuses", () => {
  const refused: readonly (readonly [type: string, value: CellInput, why: RegExp])[] = [
    ["BOOLEAN", 1, /true or false/],
    ["INTEGER", 1.5, /whole number of 32 bits/],
    ["INTEGER", 2_147_483_648, /whole number/],
    ["INTEGER", NaN, /whole number/],
    ["BIGINT", 2 ** 53, /or a safe integer/],
    ["BIGINT", 2n ** 63n, /a bigint from -9223372036854775808 to 9223372036854775807/],
    ["DOUBLE", "1", /a number/],
    ["DECIMAL(4,2)", 1.5, /decimal text/],
    ["DECIMAL(4,2)", "1.005", /at most 2 decimals, not 3/],
    ["DECIMAL(4,2)", "100", /at most 4 digits at scale 2, not 5/],
    ["DECIMAL(4,2)", "1e3", /expected a decimal number/],
    ["VARCHAR", 5, /a string/],
    ["VARCHAR", "half a \uD83D", /well-formed/],
    ["DATE", "2023-02-29", /a day that exists/],
    ["DATE", "1.2.2023", /YYYY-MM-DD/],
    ["DATE", 1.5, /days/],
    ["TIMESTAMP", "2023-01-01 24:00:00", /hh:mm:ss/],
    ["TIMESTAMP", "2023-01-01 00:00:00.1234567", /at most 6 decimals/],
    ["TIMESTAMP", "2023-01-01 00:00:00Z", /no zone/],
    ["TIMESTAMP", 5, /microseconds/],
  ];

  test.each(refused)("%s: %s", async (type, value, why) => {
    const database = await openDatabase();
    const tables = await StepTables.open(database, "step");
    const writer = await tables.create([{ name: "c", type }]);
    writer.append({ c: null });
    expect(() => writer.append({ c: value })).toThrow(why);
    expect(() => writer.append({ c: null })).toThrow(/broken by an earlier error/);
    await tables.discard();
    expect(await database.tables()).toEqual([]);
  });

  test("a name that no column has", async () => {
    const database = await openDatabase();
    const tables = await StepTables.open(database, "step");
    const writer = await tables.create([{ name: "a", type: "INTEGER" }]);
    expect(() => writer.append({ a: 1, A: 2 })).toThrow(/row 1: no column is called "A"/);
    // Whoever has caught it: a row is missing.
    expect(() => writer.close()).toThrow(/row 1: no column is called "A"/);
    await expect(tables.seal()).rejects.toThrow(/row 1: no column is called "A"/);
  });

  test("a type that it cannot fill, and columns that meet", async () => {
    const database = await openDatabase();
    const tables = await StepTables.open(database, "step");
    await expect(tables.create([{ name: "a", type: "STRUCT(v VARIANT)[]" }])).rejects.toMatchObject({
      code: "table.unsupported_type",
      message: expect.stringMatching(/Column "a": values of type STRUCT\("v" VARIANT\)\[\]/) as unknown,
    });
    const other = await StepTables.open(database, "other");
    const meeting = [
      { name: "a", type: "INTEGER" },
      { name: "A", type: "INTEGER" },
    ];
    await expect(other.create(meeting)).rejects.toThrow(/two columns/);
  });
});

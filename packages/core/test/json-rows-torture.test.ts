import { describe, expect, test } from "vitest";
import {
  JsonNumeral,
  StepTables,
  type JsonInput,
  type JsonRow,
  type JsonTableOptions,
} from "../src/index.ts";
import { jsonTable, shape } from "./json-table.ts";
import { openDatabase } from "./open-database.ts";

/** More rows than decide how the others are staged. */
const MANY = 5_000;

const repeat = (row: JsonRow, times = MANY): readonly JsonRow[] => Array.from({ length: times }, () => row);

describe("keys", () => {
  test("stand in the order in which they appear, declared ones first, whatever the pages", async () => {
    const rows: readonly JsonRow[] = [
      { b: 1, a: null },
      { a: 1, c: 1, b: 1 },
      ...repeat({ a: 1, b: 2 }),
      { z: 1, d: 1, a: 1 },
      { e: 1 },
    ];
    const options: JsonTableOptions = { columns: [{ name: "e", type: "BIGINT" }] };
    const expected = ["e BIGINT", "b BIGINT", "a BIGINT", "c BIGINT", "z BIGINT", "d BIGINT"];
    expect(shape(await jsonTable([rows], options))).toEqual(expected);
    expect(shape(await jsonTable([rows.slice(0, 1), rows.slice(1, 2), rows.slice(2)], options))).toEqual(
      expected,
    );
  });

  test("may change places from row to row", async () => {
    const { rows } = await jsonTable([[{ a: 1, b: "x" }, { b: "y", a: 2 }, ...repeat({ b: "z", a: 3 })]]);
    expect(rows.slice(0, 3)).toEqual([
      { a: 1n, b: "x" },
      { a: 2n, b: "y" },
      { a: 3n, b: "z" },
    ]);
    expect(rows.at(-1)).toEqual({ a: 3n, b: "z" });
  });

  test("that DuckDB takes for one, or does not take, get other names, and a warning says which", async () => {
    const page = [{ Name: 1, name: 2, NAME: 3, "": 4, "a\0b": 5, a_b: 6, É: 7, é: 8 }];
    const table = await jsonTable([page]);
    expect(table.columns.map(({ name }) => name)).toEqual([
      "Name",
      "name_2",
      "NAME_3",
      "column4",
      "a_b_2",
      "a_b",
      "É",
      "é",
    ]);
    expect(table.rows).toEqual([
      { Name: 1n, name_2: 2n, NAME_3: 3n, column4: 4n, a_b_2: 5n, a_b: 6n, É: 7n, é: 8n },
    ]);
    expect(table.schema.filter(({ source_name }) => source_name !== undefined)).toEqual([
      { name: "name_2", type: "BIGINT", source_name: "name", reason: "1 integers" },
      { name: "NAME_3", type: "BIGINT", source_name: "NAME", reason: "1 integers" },
      { name: "column4", type: "BIGINT", source_name: "", reason: "1 integers" },
      { name: "a_b_2", type: "BIGINT", source_name: "a\0b", reason: "1 integers" },
    ]);
    expect(table.warnings).toEqual([
      'Table "films": columns were renamed: "name" is "name_2"; "NAME" is "NAME_3"; "" is "column4"; "a\\u0000b" is "a_b_2"',
    ]);
  });

  test("that mean something to JavaScript, SQL or JSON paths are just keys", async () => {
    const names = [
      "__proto__",
      "constructor",
      "toJSON",
      "a.b",
      "$",
      "$.a",
      "[0]",
      'say "hi"',
      "it's",
      "/",
      "~1",
      "*",
    ];
    const first = JSON.parse(
      `{${names.map((name, n) => `${JSON.stringify(name)}:${n}`).join(",")}}`,
    ) as JsonRow;
    const drifted = JSON.parse(
      `{${names.map((name) => `${JSON.stringify(name)}:"late"`).join(",")}}`,
    ) as JsonRow;
    const { columns, rows } = await jsonTable([[...repeat(first), drifted]]);
    expect(columns).toEqual(names.map((name) => ({ name, type: "JSON" })));
    expect(Object.values(rows[0] ?? {})).toEqual(names.map((_, n) => String(n)));
    expect(Object.values(rows.at(-1) ?? {})).toEqual(names.map(() => '"late"'));
  });

  test("may be very long, and messages stay short", async () => {
    const long = "k".repeat(100_000);
    const table = await jsonTable([[{ [long]: 1 }, { [long]: "x" }, { [long.toUpperCase()]: 1 }]]);
    expect(table.columns.map(({ name }) => name.length)).toEqual([100_000, 100_002]);
    expect(table.warnings).toHaveLength(2);
    for (const warning of table.warnings) expect(warning.length).toBeLessThan(300);
  });

  test("ten thousand of them become as many columns, if so wished", async () => {
    const row = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key${n}`, n]));
    const table = await jsonTable([[row, { key9999: "last" }, { KEY0: 1 }]], { maxColumns: 10_001 });
    expect(table.columns).toHaveLength(10_001);
    expect(table.rows[0]).toMatchObject({ key0: 0n, key9998: 9998n, key9999: "9999" });
    expect(table.rows[1]).toMatchObject({ key0: null, key9999: '"last"' });
    expect(table.rows[2]).toMatchObject({ KEY0_2: 1n });
  });

  test("beyond max_columns stay in _extra as they stood, and are reported", async () => {
    const page: readonly JsonRow[] = [
      { a: 1, b: 2 },
      { c: { x: [1] }, a: 3, "d\"'": "text", e: null, f: new JsonNumeral("1.10"), g: -0, h: 2n ** 70n },
      ...repeat({ b: 5 }),
      { z: true },
    ];
    const table = await jsonTable([page], { maxColumns: 2 });
    expect(shape(table)).toEqual(["a BIGINT", "b BIGINT", "_extra JSON"]);
    expect(table.rows[0]).toEqual({ a: 1n, b: 2n, _extra: null });
    expect(table.rows[1]?.["_extra"]).toBe(
      `{"c":{"x":[1]},"d\\"'":"text","e":null,"f":1.1,"g":-0,"h":1180591620717411303424}`,
    );
    expect(table.rows.at(-1)?.["_extra"]).toBe('{"z":true}');
    expect(table.schema.at(-1)).toEqual({
      name: "_extra",
      type: "JSON",
      reason: "2 rows have keys beyond the last column",
    });
    expect(table.warnings).toEqual([
      `Table "films": 2 rows, since row 2, have more keys than the table has columns; they are in "_extra": "c", "d\\"'", "e", "f", "g", "h", …`,
    ]);
  });

  test("an _extra of the source's own keeps its name", async () => {
    const table = await jsonTable([[{ _extra: "mine", more: 1 }]], { maxColumns: 1 });
    expect(table.rows).toEqual([{ _extra: "mine", _extra_2: '{"more":1}' }]);
  });

  test("without end are not remembered", async () => {
    const writer = (await StepTables.open(await openDatabase(), "films")).createJson({ maxColumns: 10 });
    const before = (await settledHeap()).valueOf();
    for (let page = 0; page < 200; page++) {
      await writer.append(
        Array.from({ length: 1000 }, (_, n) => ({ [`key ${page} ${n} ${"x".repeat(100)}`]: n })),
      );
    }
    // Remembered, they would be 25 MB.
    expect((await settledHeap()) - before).toBeLessThan(12_000_000);
    await writer.close();
    expect(writer.rows).toBe(200_000);
  });
});

describe("values", () => {
  test("of ten megabytes, and two thousand objects deep, come through", async () => {
    const big = "ž".repeat(5_000_000);
    const deep = JSON.parse(`${'{"a":['.repeat(1000)}1${"]}".repeat(1000)}`) as JsonInput;
    const page: readonly JsonRow[] = [
      { big, deep, late: null },
      ...repeat({ big: "" }),
      { late: big, deep: big, big: deep },
    ];
    const { rows } = await jsonTable([page]);
    expect(rows[0]?.["big"] === JSON.stringify(big)).toBe(true);
    expect(rows[0]?.["deep"]).toBe(JSON.stringify(deep));
    expect(rows.at(-1)?.["late"] === big).toBe(true);
    expect(rows.at(-1)?.["deep"] === JSON.stringify(big)).toBe(true);
    expect(rows.at(-1)?.["big"]).toBe(JSON.stringify(deep));
  });

  test("that DuckDB could not take are found by the row and the key", async () => {
    const endless: Record<string, JsonInput> = {};
    endless["self"] = endless;
    const cases: readonly (readonly [JsonInput | Date | (() => void), string])[] = [
      [Number.NaN, "it is NaN"],
      [Number.POSITIVE_INFINITY, "it is Infinity"],
      [{ x: [Number.NaN] }, "it is NaN"],
      ["half \ud800", "it holds half a surrogate pair, which is no character"],
      [{ "\udfff": 1 }, "it holds half a surrogate pair, which is no character"],
      [new Date(0), "it is or holds an object of the class Date"],
      [() => undefined, "it is a function"],
      [{ toJSON: () => 1 } as unknown as JsonInput, "it holds a value that is a function"],
      [[undefined] as unknown as JsonInput, "it holds a value that is undefined"],
      [endless, "it is nested too deeply"],
    ];
    for (const [value, why] of cases) {
      const failing = jsonTable([[{ v: 1 }, { v: value as JsonInput }]]);
      await expect(failing).rejects.toMatchObject({
        code: "table.not_json",
        message: `Table "films", row 2, "v": ${why}`,
      });
    }
    await expect(jsonTable([[{ "\ud800": 1 }]])).rejects.toMatchObject({ code: "table.not_json" });
    await expect(jsonTable([[[] as unknown as JsonRow]])).rejects.toMatchObject({
      message: 'Table "films", row 1: a row is a plain object; this is an array',
    });
  });

  test("of a toJSON that is no function are data", async () => {
    const { rows } = await jsonTable([
      [{ v: { toJSON: "x" }, w: JSON.parse('{"__proto__":{"a":1}}') as JsonInput }],
    ]);
    expect(rows).toEqual([{ v: '{"toJSON":"x"}', w: '{"__proto__":{"a":1}}' }]);
  });

  test("are taken when they are appended: what the caller does to its rows later changes nothing", async () => {
    const tables = await StepTables.open(await openDatabase(), "films");
    const writer = tables.createJson({});
    const row: { n: number; list: number[] } = { n: 1, list: [1] };
    await writer.append([row]);
    row.n = 2;
    row.list.push(2);
    await writer.append([row]);
    await tables.publish(await tables.seal());
    const { rows } = await jsonTable([
      [
        { n: 1, list: [1] },
        { n: 2, list: [1, 2] },
      ],
    ]);
    expect(rows).toEqual([
      { n: 1n, list: "[1]" },
      { n: 2n, list: "[1,2]" },
    ]);
  });
});

describe("declared columns", () => {
  const columns = [
    { name: "id", type: "bigint" },
    { name: "price", type: "DECIMAL(12,2)" },
    { name: "huge", type: "HUGEINT" },
    { name: "ratio", type: "DOUBLE" },
    { name: "day", type: "DATE" },
    { name: "any", type: "JSON" },
    { name: "rowid", type: "VARCHAR" },
  ];
  const types = ["BIGINT", "DECIMAL(12,2)", "HUGEINT", "DOUBLE", "DATE", "JSON", "VARCHAR"];

  test("take lists and intervals in the forms that createTable takes", async () => {
    const nested = [
      { name: "ids", type: "BIGINT[]" },
      { name: "prices", type: "decimal(4,1)[][]" },
      { name: "wait", type: "INTERVAL" },
    ];
    const { rows } = await jsonTable(
      [
        [
          {
            ids: [2n ** 62n + 1n, 1, null],
            prices: [["1.5"], [], null],
            wait: { months: 1, days: -2, micros: 2n ** 60n },
          },
          { ids: [], wait: { months: 0, days: 0, micros: 5n } },
        ],
      ],
      { columns: nested },
    );
    expect(rows).toEqual([
      {
        ids: [2n ** 62n + 1n, 1n, null],
        prices: [["1.5"], [], null],
        wait: { months: 1, days: -2, micros: 2n ** 60n },
      },
      { ids: [], prices: null, wait: { months: 0, days: 0, micros: 5n } },
    ]);
    for (const row of [
      { ids: { a: 1 } },
      { ids: ["1"] },
      { ids: [1e30] },
      { wait: { months: 1 } },
      { wait: [1] },
    ]) {
      await expect(jsonTable([[row]], { columns: nested })).rejects.toMatchObject({
        code: "table.value_misfit",
      });
    }
  });

  test("are never guessed, and an empty result has them", async () => {
    for (const pages of [[], [[]], [[{}]]]) {
      const table = await jsonTable(pages, { columns });
      expect(table.columns.map(({ type }) => type)).toEqual(types);
      expect(table.schema.map(({ reason }) => reason)).toEqual(types.map(() => "declared"));
    }
    const page: readonly JsonRow[] = [
      {
        id: 2n ** 63n - 1n,
        price: 12.5,
        huge: 2n ** 100n,
        ratio: 1,
        day: "2026-01-02",
        any: "text",
        rowid: "r",
        more: 1,
      },
      {
        id: new JsonNumeral("1e2"),
        price: new JsonNumeral("1234567890.10"),
        ratio: 2n ** 60n,
        any: new JsonNumeral("1e400"),
      },
      ...repeat({ price: "0.07", any: [1], huge: -5 }),
    ];
    const { columns: made, rows } = await jsonTable([page], { columns });
    expect(made.map(({ type }) => type)).toEqual([...types, "BIGINT"]);
    expect(rows[0]).toEqual({
      id: 9223372036854775807n,
      price: "12.50",
      huge: 1267650600228229401496703205376n,
      ratio: 1,
      day: 20455,
      any: '"text"',
      rowid: "r",
      more: 1n,
    });
    expect(rows[1]).toMatchObject({ id: 100n, price: "1234567890.10", ratio: 2 ** 60, any: "1e400" });
    expect(rows.at(-1)).toMatchObject({ price: "0.07", any: "[1]", huge: -5n });
  });

  test.each([
    ["id", 1.5, "does not fit BIGINT"],
    ["id", "1", "does not fit BIGINT"],
    ["price", 0.001, "does not fit DECIMAL(12,2)"],
    ["price", new JsonNumeral("1e400"), "does not fit DECIMAL(12,2)"],
    ["huge", 2n ** 127n, "does not fit HUGEINT"],
    ["huge", 1.5, "does not fit HUGEINT"],
    ["ratio", 2n ** 60n + 1n, "does not fit DOUBLE"],
    ["ratio", new JsonNumeral("0.10000000000000000000001"), "does not fit DOUBLE"],
    ["day", "2026-02-30", "2026-02-30"],
    ["day", { year: 2026 }, '{"year":2026} does not fit DATE'],
    ["rowid", 1, "does not fit VARCHAR"],
  ] as const)("%s refuses %s with its row", async (name, value, why) => {
    const failing = jsonTable([repeat({ id: 1 }, 3000), [{ [name]: value }]], { columns });
    await expect(failing).rejects.toThrow(/^Table "films", row 3001, column "/);
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^table\./) as string });
    await expect(failing).rejects.toThrow(why);
  });

  test("that meet in one name are refused", async () => {
    const twice = { columns: [...columns, { name: "ID", type: "BIGINT" }] };
    await expect(jsonTable([], twice)).rejects.toMatchObject({ code: "table.misuse" });
    await expect(jsonTable([], { maxColumns: 0 })).rejects.toMatchObject({ code: "table.misuse" });
  });
});

describe("a table", () => {
  test("without any column cannot be made", async () => {
    for (const pages of [[], [[{}, {}]]]) {
      await expect(jsonTable(pages)).rejects.toMatchObject({ code: "table.no_columns" });
    }
  });

  test("whose types must not change says what changed where", async () => {
    const onTypeChange = "fail";
    const rows = [
      ...repeat({ id: 1, price: 1.5, n: null }),
      { price: 2 },
      { id: 2, n: "x" },
      { id: "three" },
    ];
    await expect(jsonTable([rows], { onTypeChange })).rejects.toMatchObject({
      code: "table.type_changed",
      category: "data",
      message: `Table "films", row ${MANY + 3}, column "id": the type changes from BIGINT to JSON`,
    });
    const table = await jsonTable([rows.slice(0, -1)], { onTypeChange });
    expect(shape(table)).toEqual(["id BIGINT", "price DOUBLE", "n VARCHAR"]);
  });

  test("whose types were widened is warned about, and says why", async () => {
    const table = await jsonTable([[{ a: 1 }, { a: 2.5 }, { a: "x" }, ...repeat({ a: 1 })]]);
    expect(table.warnings).toEqual([
      'Table "films": types were widened: "a" from BIGINT to JSON, since row 2',
    ]);
    expect(table.schema).toEqual([
      { name: "a", type: "JSON", reason: `${MANY + 1} integers, 1 doubles, 1 strings` },
    ]);
  });

  test("is published whole or not at all, and leaves nothing behind", async () => {
    const database = await openDatabase();
    const left = async (): Promise<readonly unknown[]> =>
      (await database.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")).rows;
    const tables = await StepTables.open(database, "films");
    const writer = tables.createJson({ onTypeChange: "fail" });
    await writer.append([...repeat({ a: 1 }), { a: "x" }]);
    await expect(tables.seal()).rejects.toMatchObject({ code: "table.type_changed" });
    await tables.discard();
    expect(await left()).toEqual([]);
    for (const last of [1, "drift"])
      await jsonTable([[...repeat({ a: 1 }), { a: last }]], {}, Promise.resolve(database));
    expect(await left()).toEqual([{ table_name: "films" }]);
  });

  test("takes one call at a time, and none after its end or an error", async () => {
    const tables = await StepTables.open(await openDatabase(), "films");
    const writer = tables.createJson({ output: "a" });
    const first = writer.append(repeat({ a: 1 }));
    await expect(writer.append([{ a: 2 }])).rejects.toThrow(
      "append() was called before the last call had come back",
    );
    await first;
    await writer.close();
    await writer.close();
    await expect(writer.append([{ a: 2 }])).rejects.toThrow(
      "append() was called after the writer was closed",
    );
    const broken = tables.createJson({ output: "b" });
    await expect(broken.append([{ a: Number.NaN }])).rejects.toThrow("it is NaN");
    await expect(broken.append([{ a: 2 }])).rejects.toThrow("broken by an earlier error");
    await expect(tables.seal()).rejects.toThrow("it is NaN");
  });
});

/** Bytes in use once the garbage is gone. */
async function settledHeap(): Promise<number> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

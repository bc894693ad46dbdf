import { describe, expect, test } from "vitest";
import {
  StepTables,
  type Cell,
  type Column,
  type ColumnData,
  type RunDatabase,
  type TableWriter,
} from "../src/index.ts";
import { bytesMemory, columnMemory } from "./column-memory.ts";
import { openDatabase } from "./open-database.ts";
import { readColumns } from "./write-and-read.ts";

const N: readonly Column[] = [{ name: "n", type: "INTEGER" }];
/** More than a transaction of the table writer has. */
const MANY = 150_000;
const VECTOR = 2048;

interface Opened {
  readonly database: RunDatabase;
  readonly tables: StepTables;
  readonly writer: TableWriter;
}

async function open(columns: readonly Column[]): Promise<Opened> {
  const database = await openDatabase();
  const tables = await StepTables.open(database, "step");
  return { database, tables, writer: await tables.create(columns) };
}

function openColumn(type: string): Promise<Opened> {
  return open([{ name: "c", type }]);
}

async function published({ database, tables }: Opened): Promise<Readonly<Record<string, readonly Cell[]>>> {
  await tables.publish(await tables.seal());
  return readColumns(database);
}

function text(...values: readonly string[]): ColumnData {
  return bytesMemory(values.map((value) => Buffer.from(value)));
}

function numbers(from: number, count: number): ColumnData {
  return { values: Int32Array.from({ length: count }, (_, index) => from + index) };
}

function appendNumbers(writer: TableWriter, count: number): void {
  while (writer.rows < count) {
    const rows = Math.min(VECTOR, count - writer.rows);
    writer.appendColumns(rows, [numbers(writer.rows, rows)]);
  }
}

describe("columns of memory", () => {
  test("keep text of every length, also where characters of four bytes meet the end of a line", async () => {
    const values = [
      "",
      "a",
      "exactly 12 b",
      "thirteen byte",
      "🐎🐎🐎",
      "🐎🐎🐎🐎",
      "\0",
      "ž".repeat(7),
      "x".repeat(70_000),
    ];
    for (const type of ["VARCHAR", "BLOB"]) {
      const opened = await openColumn(type);
      opened.writer.appendColumns(values.length, [text(...values)]);
      const { c = [] } = await published(opened);
      expect(c.map((cell) => Buffer.from(cell as string).toString())).toEqual(values);
      const { rows } = await opened.database.query(
        "SELECT count(DISTINCT c) AS n, count(*) FILTER (c = '') AS e FROM step",
      );
      expect(rows).toEqual([{ n: BigInt(values.length), e: 1n }]);
    }
  });

  test("leave nothing of one call to the next, in line or not", async () => {
    const opened = await openColumn("VARCHAR");
    opened.writer.appendColumns(2, [text("abcdefghijkl", "a text that is longer")]);
    opened.writer.appendColumns(2, [text("ab", "cd")]);
    opened.writer.appendColumns(3, [
      bytesMemory([undefined, Buffer.from("ef"), undefined], { valid: Uint8Array.of(2) }),
    ]);
    await published(opened);
    expect(
      (await opened.database.query("SELECT count(*) AS n FROM step WHERE c IN ('ab', 'cd', 'ef')")).rows,
    ).toEqual([{ n: 3n }]);
  });

  test("may be longer than the rows, begin anywhere, and be used again after the call", async () => {
    const opened = await open([
      { name: "n", type: "BIGINT" },
      { name: "d", type: "DECIMAL(18,0)" },
      { name: "t", type: "VARCHAR" },
    ]);
    const memory = new Uint8Array(64).fill(0xee);
    const values = new DataView(memory.buffer, 3, 40);
    const bytes = new TextEncoder().encode("-🐎a text that is longer-").subarray(1);
    const offsets = Uint32Array.of(0, 4, 25, 25, 25);
    const valid = Uint8Array.of(0b1111_1101);
    values.setBigInt64(0, 5n, true);
    values.setBigInt64(8, -6n, true);
    opened.writer.appendColumns(2, [{ values, valid }, { values }, { bytes, offsets }]);
    memory.fill(0);
    valid.fill(0);
    offsets.fill(0);
    expect(await published(opened)).toEqual({
      n: [5n, null],
      d: ["5", "-6"],
      t: ["🐎", "a text that is longer"],
    });
  });

  test("keep the order of rows, whether they come by columns or by rows", async () => {
    const opened = await open(N);
    const { writer } = opened;
    writer.append({ n: 0 });
    writer.appendColumns(3, [numbers(1, 3)]);
    writer.appendColumns(0, [numbers(4, 0)]);
    while (writer.rows < 3000) writer.append({ n: writer.rows });
    appendNumbers(writer, MANY);
    writer.append({ n: MANY });
    expect(await published(opened)).toEqual({ n: Array.from({ length: MANY + 1 }, (_, n) => n) });
  });

  test("are committed by a checkpoint, and go on after it", async () => {
    const database = await openDatabase();
    const tables = await StepTables.open(database, "step", { identity: "same" });
    const writer = await tables.create(N);
    appendNumbers(writer, 5000);
    await tables.checkpoint("1");
    appendNumbers(writer, MANY);
    await tables.discard();

    const again = await StepTables.open(database, "step", { identity: "same" });
    const resumed = await again.create(N);
    expect(resumed.rows).toBe(5000);
    appendNumbers(resumed, 9000);
    expect(await published({ database, tables: again, writer: resumed })).toEqual({
      n: Array.from({ length: 9000 }, (_, n) => n),
    });
  });

  test("are committed on the way, by rows and by bytes", async () => {
    const committed = async ({ database, tables }: Opened): Promise<unknown> => {
      const { rows } = await database.query("SELECT count(*) AS n FROM _staging__step");
      await tables.discard();
      return rows[0]?.["n"];
    };
    const many = await open(N);
    appendNumbers(many.writer, MANY);
    expect(await committed(many)).toBe(122_880n);
    const large = await openColumn("BLOB");
    for (let row = 0; row < 9; row++) large.writer.appendColumns(1, [bytesMemory([new Uint8Array(2 ** 23)])]);
    expect(await committed(large)).toBe(8n);
  });
});

/** The numbers of a type just inside and just outside of it. */
const LIMITS: readonly (readonly [type: string, inside: readonly bigint[], outside: readonly bigint[]])[] = [
  ["BOOLEAN", [0n, 1n], [2n, 255n]],
  ["DECIMAL(1,0)", [9n, -9n], [10n, -10n]],
  ["DECIMAL(4,4)", [9999n, -9999n], [10_000n, -32_768n]],
  ["DECIMAL(9,2)", [999_999_999n, -999_999_999n], [1_000_000_000n, -(2n ** 31n)]],
  ["DECIMAL(10,0)", [9_999_999_999n, -9_999_999_999n], [10n ** 10n, -(10n ** 10n)]],
  ["DECIMAL(15,2)", [10n ** 15n - 1n, 1n - 10n ** 15n], [10n ** 15n, -(10n ** 15n)]],
  ["DECIMAL(18,0)", [10n ** 18n - 1n, 1n - 10n ** 18n], [10n ** 18n, -(10n ** 18n), -(2n ** 63n)]],
  ["DECIMAL(19,0)", [10n ** 19n - 1n, 1n - 10n ** 19n], [10n ** 19n, -(10n ** 19n)]],
  ["DECIMAL(38,10)", [10n ** 38n - 1n, 1n - 10n ** 38n], [10n ** 38n, -(10n ** 38n), 2n ** 127n - 1n]],
  ["DATE", [2n ** 31n - 1n, 1n - 2n ** 31n], [-(2n ** 31n)]],
  ["TIME", [0n, 86_400_000_000n], [-1n, 86_400_000_001n]],
  ["TIME_NS", [0n, 86_400_000_000_000n], [-1n, 86_400_000_000_001n]],
  [
    "TIMESTAMP",
    [-9_223_372_022_400_000_000n, 2n ** 63n - 1n, 1n - 2n ** 63n],
    [-9_223_372_022_400_000_001n, -(2n ** 63n)],
  ],
  ["TIMESTAMP WITH TIME ZONE", [-9_223_372_022_400_000_000n], [-9_223_372_022_400_000_001n]],
  ["TIMESTAMP_S", [9_223_372_036_854n, 2n ** 63n - 1n], [9_223_372_036_855n, -9_223_372_022_401n]],
  ["TIMESTAMP_MS", [9_223_372_036_854_775n, 1n - 2n ** 63n], [9_223_372_036_854_776n]],
  ["TIMESTAMP_NS", [2n ** 63n - 2n, 1n - 2n ** 63n], [-(2n ** 63n)]],
];

/** As many bytes as {@link columnMemory} gives the type, for numbers that no cell can have. */
function wholes(type: string, values: readonly bigint[]): ColumnData {
  const width = (columnMemory(type, [type.startsWith("DECIMAL") ? "0" : 0n]) as { values: Uint8Array }).values
    .length;
  const bytes = values.flatMap((value) =>
    Array.from({ length: width }, (_, at) => Number(BigInt.asUintN(8, value >> BigInt(8 * at)))),
  );
  return { values: Uint8Array.from(bytes) };
}

describe("columns of memory are refused", () => {
  test.each(LIMITS)("where a number is none of %s", async (type, inside, outside) => {
    const fits = await openColumn(type);
    fits.writer.appendColumns(inside.length, [wholes(type, inside)]);
    await published(fits);
    for (const value of outside) {
      const { writer, tables } = await openColumn(type);
      writer.appendColumns(1, [wholes(type, inside.slice(0, 1))]);
      expect(() => writer.appendColumns(3, [wholes(type, [inside[0] ?? 0n, value, value])])).toThrow(
        expect.objectContaining({
          code: "table.value_misfit",
          message: expect.stringContaining(`Table "step", row 3, column "c": `) as string,
        }),
      );
      // A NULL may be anything.
      expect(() => writer.appendColumns(1, [wholes(type, inside)])).toThrow("earlier error");
      await tables.discard();
      const nulls = await openColumn(type);
      nulls.writer.appendColumns(1, [{ ...wholes(type, [value]), valid: Uint8Array.of(0) }]);
      expect(await published(nulls)).toEqual({ c: [null] });
    }
  });

  test.each([
    ["a byte that no character begins with", [Buffer.from("good"), Buffer.of(0x61, 0xff)]],
    ["half a surrogate pair", [Buffer.from("good"), Buffer.of(0xed, 0xa0, 0x80)]],
    [
      "a character that one row begins and the next one ends",
      [Buffer.from("good"), Buffer.of(0xc5), Buffer.of(0xbe)],
    ],
    ["the end of a character missing at the end", [Buffer.from("good"), Buffer.of(0x61, 0xf0, 0x9f)]],
  ])("where text is not UTF-8: %s", async (_, values) => {
    for (const type of ["VARCHAR", "JSON"]) {
      const { writer } = await openColumn(type);
      const good = values.map((value) => (type === "JSON" && value[0] === 0x67 ? Buffer.from("1") : value));
      expect(() => writer.appendColumns(good.length, [bytesMemory(good)])).toThrow(
        /row 2, column "c": string .* does not fit (VARCHAR|JSON): expected UTF-8/,
      );
    }
  });

  test("where JSON is none", async () => {
    const { writer } = await openColumn("JSON");
    writer.appendColumns(1, [text('{"a": [1, null]}')]);
    expect(() => writer.appendColumns(2, [text("1", '"\\ud800"')])).toThrow(/row 3.*valid JSON/);
  });

  test.each([
    "BIT",
    "BIGNUM",
    "ENUM('a')",
    "TIME WITH TIME ZONE",
    "INTEGER[]",
    "INTEGER[2]",
    "STRUCT(a INTEGER)",
    "MAP(INTEGER, INTEGER)",
    "UNION(a INTEGER)",
  ])("where the column is %s", async (type) => {
    const { writer } = await openColumn(type);
    expect(() => writer.appendColumns(1, [{ values: new Uint8Array(64) }])).toThrow(
      expect.objectContaining({ code: "table.unsupported_type" }),
    );
    expect(() => writer.close()).toThrow("appendColumns does not take values of type");
  });

  const shared = new Uint8Array(new SharedArrayBuffer(64)) as never;
  const good = text("a", "b");
  test.each<[string, string, number, unknown, RegExp]>([
    ["too few columns", "INTEGER", 1, [], /0 columns were given, not 1/],
    ["too many columns", "INTEGER", 1, [numbers(0, 1), numbers(0, 1)], /2 columns were given, not 1/],
    [
      "more rows than a vector has",
      "INTEGER",
      2049,
      [numbers(0, 2049)],
      /2049 rows were given, not from 0 to 2048/,
    ],
    ["less than no rows", "INTEGER", -1, [numbers(0, 1)], /-1 rows/],
    ["half a row", "INTEGER", 0.5, [numbers(0, 1)], /0.5 rows/],
    ["too few values", "BIGINT", 3, [{ values: new BigInt64Array(2) }], /length of 16, and need 24/],
    ["memory that is gone", "INTEGER", 1, [{ values: detached() }], /length of 0, and need 4/],
    ["values in an array", "INTEGER", 1, [{ values: [1] }], /a view of an ArrayBuffer/],
    ["values that are shared", "INTEGER", 1, [{ values: shared }], /a view of an ArrayBuffer/],
    ["bytes for values", "INTEGER", 2, [good], /values of one width are expected/],
    ["values for bytes", "VARCHAR", 1, [numbers(0, 1)], /bytes with offsets are expected/],
    [
      "too few bits",
      "INTEGER",
      9,
      [{ ...numbers(0, 9), valid: Uint8Array.of(255) }],
      /length of 1, and need 2/,
    ],
    ["bits that are no bytes", "INTEGER", 1, [{ ...numbers(0, 1), valid: Uint16Array.of(1) }], /Uint8Array/],
    ["bits that are shared", "INTEGER", 1, [{ ...numbers(0, 1), valid: shared }], /a view of an ArrayBuffer/],
    ["bytes that are shared", "BLOB", 1, [{ ...good, bytes: shared }], /a view of an ArrayBuffer/],
    [
      "bytes that are words",
      "BLOB",
      1,
      [{ ...good, bytes: Uint16Array.of(1, 2, 3) }],
      /have to be a Uint8Array/,
    ],
    [
      "offsets with a sign",
      "BLOB",
      1,
      [{ ...good, offsets: Int32Array.of(0, 1) }],
      /have to be a Uint32Array/,
    ],
    ["too few offsets", "BLOB", 2, [{ ...good, offsets: Uint32Array.of(0, 1) }], /length of 2, and need 3/],
    ["offsets that fall", "BLOB", 2, [{ ...good, offsets: Uint32Array.of(0, 2, 1) }], /offset 2 is less/],
    [
      "offsets beyond the bytes",
      "BLOB",
      2,
      [{ ...good, offsets: Uint32Array.of(0, 1, 3) }],
      /length of 2, and need 3/,
    ],
  ])("that have %s", async (_, type, rows, columns, message) => {
    const { writer } = await openColumn(type);
    expect(() => writer.appendColumns(rows, columns as readonly ColumnData[])).toThrow(
      expect.objectContaining({
        code: "table.unusable_columns",
        message: expect.stringMatching(message) as string,
      }),
    );
    expect(() => writer.append({ c: null })).toThrow("earlier error");
    expect(() => writer.close()).toThrow(message);
  });

  test("after the end", async () => {
    const { writer } = await open(N);
    writer.close();
    expect(() => writer.appendColumns(1, [numbers(0, 1)])).toThrow("closed");
  });
});

function detached(): Int32Array {
  const array = new Int32Array(4);
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}

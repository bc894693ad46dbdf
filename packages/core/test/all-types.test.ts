import { describe, expect, test } from "vitest";
import type { Cell, CellInput } from "../src/index.ts";
import { openDatabase } from "./open-database.ts";
import { readColumns, writeRows } from "./write-and-read.ts";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Where DuckDB's own text is wrong, or of no use. */
const UNCHECKED = Symbol("unchecked");

/** A type, cells of it at its edges, and DuckDB's own text for each. */
type Case = readonly [
  type: string,
  ...cells: (readonly [cell: Cell, text: string | null | typeof UNCHECKED])[],
];

const cases: readonly Case[] = [
  ["BOOLEAN", [true, "true"], [false, "false"]],
  ["TINYINT", [-128, "-128"], [127, "127"]],
  ["SMALLINT", [-32_768, "-32768"], [32_767, "32767"]],
  ["INTEGER", [-2_147_483_648, "-2147483648"], [2_147_483_647, "2147483647"]],
  ["UTINYINT", [0, "0"], [255, "255"]],
  ["USMALLINT", [65_535, "65535"]],
  ["UINTEGER", [4_294_967_295, "4294967295"]],
  ["BIGINT", [-(2n ** 63n), "-9223372036854775808"], [2n ** 63n - 1n, "9223372036854775807"], [-1n, "-1"]],
  ["UBIGINT", [0n, "0"], [2n ** 64n - 1n, "18446744073709551615"]],
  [
    "HUGEINT",
    [-(2n ** 127n), "-170141183460469231731687303715884105728"],
    [2n ** 127n - 1n, "170141183460469231731687303715884105727"],
    [-1n, "-1"],
    [-(2n ** 64n), "-18446744073709551616"],
  ],
  [
    "UHUGEINT",
    [2n ** 128n - 1n, "340282366920938463463374607431768211455"],
    [2n ** 64n, "18446744073709551616"],
  ],
  [
    "BIGNUM",
    [0n, "0"],
    [-1n, "-1"],
    [255n, "255"],
    [-256n, "-256"],
    [10n ** 400n, `1${"0".repeat(400)}`],
    [-(10n ** 400n), `-1${"0".repeat(400)}`],
  ],
  [
    "FLOAT",
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [-0, "-0.0"],
    [2 ** -149, "1e-45"],
    [3.402_823_466_385_288_6e38, "3.4028235e+38"],
  ],
  [
    "DOUBLE",
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [-0, "-0.0"],
    [5e-324, "5e-324"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
    [0.1, "0.1"],
  ],
  ["DECIMAL(4,2)", ["-99.99", "-99.99"], ["99.99", "99.99"], ["0.00", "0.00"]],
  ["DECIMAL(9,0)", ["-999999999", "-999999999"]],
  [
    "DECIMAL(18,18)",
    ["-0.999999999999999999", "-.999999999999999999"],
    ["0.000000000000000001", ".000000000000000001"],
  ],
  [
    "DECIMAL(18,2)",
    ["90071992547409.93", "90071992547409.93"],
    ["-9999999999999999.99", "-9999999999999999.99"],
  ],
  ["DECIMAL(38,0)", ["9".repeat(38), "9".repeat(38)], [`-${"9".repeat(38)}`, `-${"9".repeat(38)}`]],
  ["DECIMAL(38,38)", [`-0.${"9".repeat(38)}`, `-.${"9".repeat(38)}`]],
  [
    "VARCHAR",
    ["", ""],
    ["exactly 12 b", "exactly 12 b"],
    ["é", "é"],
    ["\u0080ÿ\u007F", "\u0080ÿ\u007F"],
    ["twelve char\u0100", "twelve char\u0100"],
    ["thirteen byte", "thirteen byte"],
    ["🐎 žluťoučký 👩‍👩‍👧‍👦", "🐎 žluťoučký 👩‍👩‍👧‍👦"],
    ["a\0b", "a\0b"],
    ["a longer text that ends in NUL\0", "a longer text that ends in NUL\0"],
    ["\uFEFFa byte order mark", "\uFEFFa byte order mark"],
  ],
  [
    "JSON",
    ['{"a": [1, 2.50, "\\u0000"]}', '{"a": [1, 2.50, "\\u0000"]}'],
    ["null", "null"],
    ["1e400", "1e400"],
  ],
  ["BLOB", [bytes(), ""], [bytes(0, 255, 65), "\\x00\\xFFA"], [everyByte, UNCHECKED]],
  [
    "BIT",
    ["0", "0"],
    ["1", "1"],
    ["10101010", "10101010"],
    ["010101010", "010101010"],
    ["1".repeat(200), "1".repeat(200)],
  ],
  [
    "UUID",
    ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"],
    ["ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    ["7fffffff-ffff-ffff-8000-000000000001", "7fffffff-ffff-ffff-8000-000000000001"],
  ],
  ["ENUM('a', 'b''c', '')", ["a", "a"], ["b'c", "b'c"], ["", ""]],
  [
    "DATE",
    [2_147_483_647, "infinity"],
    [-2_147_483_647, "-infinity"],
    [2_147_483_646, "5881580-07-10"],
    [-2_147_483_646, "5877642-06-25 (BC)"],
    [-719_162, "0001-01-01"],
    [-719_163, "0001-12-31 (BC)"],
    [-1, "1969-12-31"],
  ],
  ["TIME", [0n, "00:00:00"], [86_399_999_999n, "23:59:59.999999"], [86_400_000_000n, "24:00:00"]],
  [
    "TIME_NS",
    [0n, "00:00:00"],
    [86_399_999_999_999n, "23:59:59.999999999"],
    [86_400_000_000_000n, "24:00:00"],
  ],
  [
    "TIME WITH TIME ZONE",
    ["00:00:00+15:59:59", "00:00:00+15:59:59"],
    ["24:00:00-15:59:59", "24:00:00-15:59:59"],
    ["12:34:56.789+00", "12:34:56.789+00"],
    ["12:34:56-05:30", "12:34:56-05:30"],
  ],
  [
    "TIMESTAMP",
    [2n ** 63n - 1n, "infinity"],
    [1n - 2n ** 63n, "-infinity"],
    [2n ** 63n - 2n, "294247-01-10 04:00:54.775806"],
    [-9_223_372_022_400_000_000n, "290309-12-22 (BC) 00:00:00"],
    [-1n, "1969-12-31 23:59:59.999999"],
    [9_007_199_254_740_993n, "2255-06-05 23:47:34.740993"],
  ],
  [
    "TIMESTAMP_S",
    [2n ** 63n - 1n, "infinity"],
    [1n - 2n ** 63n, "-infinity"],
    [9_223_372_036_854n, "294247-01-10 04:00:54"],
    [-9_223_372_022_400n, "290309-12-22 (BC) 00:00:00"],
  ],
  [
    "TIMESTAMP_MS",
    [2n ** 63n - 1n, "infinity"],
    [9_223_372_036_854_775n, "294247-01-10 04:00:54.775"],
    [-1n, "1969-12-31 23:59:59.999"],
  ],
  [
    "TIMESTAMP_NS",
    [2n ** 63n - 1n, "infinity"],
    [1n - 2n ** 63n, "-infinity"],
    [2n ** 63n - 2n, "2262-04-11 23:47:16.854775806"],
    [-9_223_286_400_000_000_000n, "1677-09-22 00:00:00"],
    [-1n, "1969-12-31 23:59:59.999999999"],
  ],
  [
    "TIMESTAMP WITH TIME ZONE",
    [2n ** 63n - 1n, "infinity"],
    [2n ** 63n - 2n, UNCHECKED],
    [-1n, "1969-12-31 23:59:59.999999+00"],
  ],
  [
    "INTERVAL",
    [{ months: 0, days: 0, micros: 0n }, "00:00:00"],
    [{ months: -14, days: 3, micros: -1n }, "-1 year -2 months 3 days -00:00:00.000001"],
    [{ months: 2_147_483_647, days: -2_147_483_648, micros: 2n ** 63n - 1n }, UNCHECKED],
    [{ months: -2_147_483_648, days: 2_147_483_647, micros: -(2n ** 63n) + 1n }, UNCHECKED],
  ],
  ["INTEGER[]", [[], "[]"], [[1, null, 3], "[1, NULL, 3]"]],
  [
    "VARCHAR[][]",
    [
      [["a long string, beyond twelve bytes"], null, [], [null]],
      "[['a long string, beyond twelve bytes'], NULL, [], [NULL]]",
    ],
  ],
  ["DOUBLE[3]", [[1.5, null, -0], "[1.5, NULL, -0.0]"]],
  ["INTEGER[2][3]", [[[1, 2], null, [5, null]], "[[1, 2], NULL, [5, NULL]]"]],
  [
    'STRUCT(a INTEGER, "b c" VARCHAR[])',
    [{ a: 1, "b c": ["x"] }, "{'a': 1, 'b c': [x]}"],
    [{ a: null, "b c": null }, "{'a': NULL, 'b c': NULL}"],
  ],
  [
    "STRUCT(s STRUCT(t UUID[2]))[]",
    [[{ s: null }, null, { s: { t: null } }], "[{'s': NULL}, NULL, {'s': {'t': NULL}}]"],
  ],
  [
    "MAP(VARCHAR, INTEGER[])",
    [new Map(), "{}"],
    [
      new Map<Cell, Cell>([
        ["b", [1, null]],
        ["a", null],
      ]),
      "{b=[1, NULL], a=NULL}",
    ],
  ],
  [
    "MAP(STRUCT(x DATE), HUGEINT)",
    [
      new Map<Cell, Cell>([
        [{ x: 0 }, -1n],
        [{ x: null }, 2n ** 100n],
      ]),
      "{{'x': 1970-01-01}=-1, {'x': NULL}=1267650600228229401496703205376}",
    ],
  ],
  [
    "UNION(n INTEGER, s VARCHAR, l DECIMAL(20,1)[])",
    [{ tag: "n", value: 5 }, "5"],
    [{ tag: "s", value: "five, at some length" }, "five, at some length"],
    [{ tag: "s", value: null }, "NULL"],
    [{ tag: "l", value: ["1.5", null] }, "[1.5, NULL]"],
  ],
];

describe("every type", () => {
  test.each(cases.map(([type, ...values]) => [type, values] as const))("%s", async (type, values) => {
    const database = await openDatabase();
    // NULLs before, between and after, so that nothing can hide behind a neighbour.
    const cells = [null, ...values.flatMap(([cell]): Cell[] => [cell, null])];
    await writeRows(
      database,
      [{ name: "c", type }],
      cells.map((c) => ({ c })),
    );
    expect((await readColumns(database))["c"]).toEqual(cells);
    const { rows } = await database.query("SELECT c, CAST(c AS VARCHAR) AS t, c IS NULL AS n FROM step");
    expect(rows.map((row) => row["c"])).toEqual(cells);
    const texts = rows.filter((_, index) => index % 2 === 1).map((row) => row["t"] ?? null);
    expect(texts).toEqual(values.map(([, text], index) => (text === UNCHECKED ? texts[index] : text)));
  });

  test("a text of 10 MB, and bytes of as many", async () => {
    const database = await openDatabase({ memoryLimit: "512MB" });
    const text = "🐎 and text ".repeat(700_000);
    const blob = new Uint8Array(10_000_000).fill(7);
    const columns = [
      { name: "t", type: "VARCHAR" },
      { name: "b", type: "BLOB" },
    ];
    await writeRows(database, columns, [{ t: text, b: blob }]);
    const { t, b } = await readColumns(database);
    expect(t?.[0] === text).toBe(true);
    expect(Buffer.compare(b?.[0] as Uint8Array, blob)).toBe(0);
  });

  test("lists longer than a vector, with NULLs, at two levels", async () => {
    const database = await openDatabase();
    const inner = (seed: number): Cell =>
      seed % 5 === 0
        ? null
        : Array.from({ length: seed % 50 }, (_, n) => (n % 3 === 0 ? null : `element ${seed} ${n}`));
    const cells = Array.from({ length: 80 }, (_, row): Cell =>
      row % 7 === 0 ? null : Array.from({ length: 40 }, (_, n) => inner(row + n)),
    );
    await writeRows(
      database,
      [{ name: "c", type: "VARCHAR[][]" }],
      cells.map((c) => ({ c })),
    );
    expect((await readColumns(database))["c"]).toEqual(cells);
  });

  test("lists of numbers, structs and maps that outgrow a vector while they fill", async () => {
    const database = await openDatabase();
    const columns = [
      { name: "numbers", type: "BIGINT[]" },
      { name: "structs", type: "STRUCT(n SMALLINT, t VARCHAR)[]" },
      { name: "maps", type: "MAP(INTEGER, DOUBLE[2])" },
      { name: "unions", type: "UNION(n INTEGER, u UUID)[]" },
    ];
    const rows = Array.from({ length: 100 }, (_, row) => {
      const items = Array.from({ length: 90 }, (_, n) => row * 90 + n);
      return {
        numbers: items.map((n) => (n % 4 === 0 ? null : BigInt(n) * -(2n ** 40n))),
        structs: items.map((n) => (n % 5 === 0 ? null : { n, t: n % 3 === 0 ? null : `t${n}` })),
        maps: new Map(items.map((n) => [n, n % 6 === 0 ? null : [n / 2, null]])),
        unions: items.map((n) => (n % 7 === 0 ? null : { tag: "n", value: n })),
      };
    });
    await writeRows(database, columns, rows);
    const read = await readColumns(database);
    expect(read["numbers"]).toEqual(rows.map(({ numbers }) => numbers));
    expect(read["structs"]).toEqual(rows.map(({ structs }) => structs));
    expect(read["maps"]).toEqual(rows.map(({ maps }) => maps));
    expect(read["unions"]).toEqual(rows.map(({ unions }) => unions));
  });

  test("a list of half a million in one row, and arrays of thousands", async () => {
    const database = await openDatabase();
    const list = Array.from({ length: 500_000 }, (_, n) => (n % 3 === 0 ? null : n));
    const array = Array.from({ length: 3_000 }, (_, n) => (n % 7 === 0 ? null : `element ${n}`));
    const columns = [
      { name: "list", type: "INTEGER[]" },
      { name: "array", type: "VARCHAR[3000]" },
    ];
    const rows = [{ list, array: null }, {}, { list: [null], array }, { list: [], array }];
    await writeRows(database, columns, rows);
    const read = await readColumns(database);
    expect(read["list"]).toEqual([list, null, [null], []]);
    expect(read["array"]).toEqual([null, null, array, array]);
  });

  test("many short texts that differ in one place", async () => {
    const database = await openDatabase();
    const texts = Array.from({ length: 6_000 }, (_, n) => {
      const number = String(n % 2_000).padStart(4, "0");
      return [`${number}--------`, `----${number}----`, `--------${number}`][Math.floor(n / 2_000)] as string;
    });
    await writeRows(
      database,
      [{ name: "c", type: "VARCHAR" }],
      texts.map((c) => ({ c })),
    );
    expect((await readColumns(database))["c"]).toEqual(texts);
  });

  test("an ENUM of more names than a byte counts", async () => {
    const database = await openDatabase();
    const names = Array.from({ length: 300 }, (_, n) => `name ${n}`);
    const type = `ENUM(${names.map((name) => `'${name}'`).join(", ")})`;
    await writeRows(
      database,
      [{ name: "c", type }],
      names.map((c) => ({ c })),
    );
    expect((await readColumns(database))["c"]).toEqual(names);
  });

  test("bytes belong to the one who has them", async () => {
    const database = await openDatabase();
    const reused = bytes(1, 2, 3);
    const rows = function* (): Generator<{ c: Uint8Array }> {
      for (let n = 0; n < 3; n++) {
        reused[0] = n;
        yield { c: reused };
      }
    };
    await writeRows(database, [{ name: "c", type: "BLOB" }], rows());
    expect((await readColumns(database))["c"]).toEqual([bytes(0, 2, 3), bytes(1, 2, 3), bytes(2, 2, 3)]);
  });
});

describe("text is taken", () => {
  const taken: readonly (readonly [type: string, text: string, cell: Cell])[] = [
    ["DATE", "infinity", 2_147_483_647],
    ["DATE", "-infinity", -2_147_483_647],
    ["DATE", "5881580-07-10", 2_147_483_646],
    ["DATE", "5877642-06-25 (BC)", -2_147_483_646],
    ["DATE", "0001-02-29 (BC)", -719_469],
    ["TIME", "24:00:00", 86_400_000_000n],
    ["TIME", "01:02:03.4", 3_723_400_000n],
    ["TIME_NS", "00:00:00.000000001", 1n],
    ["TIME WITH TIME ZONE", "12:00:00Z", "12:00:00+00"],
    ["TIME WITH TIME ZONE", "12:00:00.5+05:30:15", "12:00:00.5+05:30:15"],
    ["TIMESTAMP", "infinity", 2n ** 63n - 1n],
    ["TIMESTAMP", "2000-01-01T00:00:00.000001", 946_684_800_000_001n],
    ["TIMESTAMP", "294247-01-10 04:00:54.775806", 2n ** 63n - 2n],
    ["TIMESTAMP", "290309-12-22 (BC) 00:00:00", -9_223_372_022_400_000_000n],
    ["TIMESTAMP_S", "1969-12-31 23:59:59", -1n],
    ["TIMESTAMP_MS", "2000-01-01 00:00:00.5", 946_684_800_500n],
    ["TIMESTAMP_NS", "2262-04-11 23:47:16.854775806", 2n ** 63n - 2n],
    ["TIMESTAMPTZ", "2000-01-01 00:00:00Z", 946_684_800_000_000n],
    ["TIMESTAMPTZ", "2000-01-01T00:00:00.25-05:30", 946_704_600_250_000n],
    ["TIMESTAMPTZ", "-infinity", 1n - 2n ** 63n],
    ["UUID", "FFFFFFFF-0000-0000-0000-00000000000A", "ffffffff-0000-0000-0000-00000000000a"],
    ["DECIMAL(38,2)", "+000.10000", "0.10"],
    ["DECIMAL(4,2)", "-0", "0.00"],
  ];

  test.each(taken)("%s: %s", async (type, text, cell) => {
    const database = await openDatabase();
    await writeRows(database, [{ name: "c", type }], [{ c: text }]);
    expect((await readColumns(database))["c"]).toEqual([cell]);
  });

  test("and safe integers, wherever a bigint is", async () => {
    const database = await openDatabase();
    const types = ["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"];
    const columns = types.map((type) => ({ name: type, type }));
    const most = Number.MAX_SAFE_INTEGER;
    await writeRows(database, columns, [
      Object.fromEntries(types.map((type) => [type, most])),
      Object.fromEntries(types.map((type) => [type, type.startsWith("U") ? 0 : -most])),
    ]);
    const read = await readColumns(database);
    for (const type of types) {
      expect(read[type]).toEqual([BigInt(most), type.startsWith("U") ? 0n : BigInt(-most)]);
    }
  });
});

describe("refused, never rounded", () => {
  const refused: readonly (readonly [type: string, value: CellInput, why: RegExp])[] = [
    ["TINYINT", 128, /whole number of 8 bits$/],
    ["UTINYINT", -1, /8 bits without a sign/],
    ["UINTEGER", 4_294_967_296, /32 bits without a sign/],
    ["UBIGINT", -1, /from 0 to 18446744073709551615/],
    ["HUGEINT", 2n ** 127n, /from -170141183460469231731687303715884105728/],
    ["UHUGEINT", -1n, /from 0/],
    ["BIGNUM", 1.5, /a bigint/],
    ["FLOAT", 0.1, /32 bits hold exactly \(the nearest is 0.10000000149011612\)/],
    ["FLOAT", 1e300, /32 bits hold exactly/],
    ["DECIMAL(38,2)", "1".repeat(37), /at most 38 digits at scale 2, not 39/],
    ["DECIMAL(9,2)", ".5", /a decimal number/],
    ["DECIMAL(9,2)", "5.", /a decimal number/],
    ["DECIMAL(9,2)", "", /a decimal number/],
    ["DECIMAL(9,2)", "-", /a decimal number/],
    ["DECIMAL(9,2)", "1.2.3", /a decimal number/],
    ["JSON", "{a: 1}", /valid JSON/],
    ["JSON", '"\\ud800"', /valid JSON/],
    ["JSON", '{"\\uD800": 1}', /valid JSON/],
    ["BIT", "", /at least one/],
    ["BIT", "102", /0 and 1/],
    ["BLOB", "text", /Uint8Array/],
    ["UUID", "not a uuid", /groups of 8-4-4-4-12/],
    ["ENUM('a', 'b')", "c", /one of "a", "b"/],
    ["DATE", -2_147_483_648, /whole days/],
    ["DATE", "5881580-07-11", /a day that exists/],
    ["DATE", "0000-01-01", /a day that exists/],
    ["TIME", "24:00:01", /hh:mm:ss/],
    ["TIME", "24:00:00.1", /hh:mm:ss/],
    ["TIME", 86_400_000_001n, /since midnight/],
    ["TIME WITH TIME ZONE", "12:00:00", /a zone/],
    ["TIME WITH TIME ZONE", "12:00:00+16", /a zone/],
    ["TIMESTAMP", -9_223_372_022_400_000_001n, /microseconds/],
    ["TIMESTAMP", "294247-01-10 04:00:54.775807", /an instant that the type reaches/],
    ["TIMESTAMP_S", "2000-01-01 00:00:00.5", /no decimals/],
    ["TIMESTAMP_S", "294248-01-01 00:00:00", /an instant that the type reaches/],
    ["TIMESTAMP_NS", "2262-04-12 00:00:00", /an instant that the type reaches/],
    ["TIMESTAMPTZ", "2000-01-01 00:00:00", /a zone/],
    ["INTERVAL", { months: 1, days: 1, micros: 1 }, /\{ months, days, micros \}/],
    ["INTERVAL", { months: 1, days: 1, micros: 1n, hours: 1n }, /\{ months, days, micros \}/],
    ["INTERVAL", "1 day", /\{ months, days, micros \}/],
    ["INTEGER[]", [1, "2"], /at \[1\]: string "2" does not fit INTEGER/],
    ["INTEGER[2]", [1], /an array of 2/],
    ["STRUCT(a INTEGER)", { b: 1 }, /no field "b"/],
    ["STRUCT(a INTEGER)", new Map([["a", 1]]), /a plain object/],
    ["STRUCT(a STRUCT(b DATE)[])", { a: [{ b: 1.5 }] }, /at \.a\[0\]\.b: number 1\.5 does not fit DATE/],
    ["MAP(VARCHAR, INTEGER)", { a: 1 }, /a Map/],
    ["MAP(VARCHAR, INTEGER)", new Map([[null, 1]]), /not NULL/],
    [
      "MAP(DATE, INTEGER)",
      new Map<CellInput, CellInput>([
        [0, 1],
        ["1970-01-01", 2],
      ]),
      /keys that differ/,
    ],
    ["UNION(n INTEGER)", { tag: "x", value: 1 }, /a tag out of n/],
    ["UNION(n INTEGER)", 1, /\{ tag, value \}/],
    ["VARCHAR[]", ["\uDC00"], /well-formed Unicode/],
  ];

  test.each(refused)("%s: %s", async (type, value, why) => {
    const database = await openDatabase();
    await expect(
      writeRows(database, [{ name: "c", type }], [{ c: null }, { c: value }]),
    ).rejects.toMatchObject({
      code: "table.value_misfit",
      message: expect.stringMatching(why) as unknown,
    });
    await expect(writeRows(database, [{ name: "c", type }], [{ c: null }, { c: value }])).rejects.toThrow(
      /^Table "step", row 2, column "c"/,
    );
  });

  test.each(["GEOMETRY", "VARIANT", "VARIANT[]"])("columns of type %s", async (type) => {
    const database = await openDatabase();
    await expect(writeRows(database, [{ name: "c", type }], [])).rejects.toMatchObject({
      code: "table.unsupported_type",
      message: `Column "c": values of type ${type} have no exact form in JavaScript`,
    });
    await expect(database.query(`SELECT CAST(NULL AS ${type}) AS c`)).rejects.toMatchObject({
      code: "table.unsupported_type",
    });
  });

  test("a type that is more than a type", async () => {
    const database = await openDatabase();
    await expect(writeRows(database, [{ name: "c", type: "INTEGER, d INTEGER" }], [])).rejects.toThrow(
      /syntax error/,
    );
  });
});

describe("what only SQL makes", () => {
  test("tuples are arrays, and NULL without a type is NULL", async () => {
    const database = await openDatabase();
    const { rows } = await database.query("SELECT row(1, 'a') AS t, NULL AS n, [] AS l, {'a': 1} AS s");
    expect(rows).toEqual([{ t: [1, "a"], n: null, l: [], s: { a: 1 } }]);
  });

  test("constants and dictionaries inside nested values, streamed", async () => {
    const database = await openDatabase();
    const connection = await database.connect();
    const seen: Cell[] = [];
    const sql = `SELECT {'k': 42, 'i': i, 'l': [i, NULL], 'e': CAST('b' AS ENUM('a', 'b'))} AS s FROM range(3000) t(i)`;
    for await (const { rowCount, columns } of connection.stream(sql)) {
      for (let row = 0; row < rowCount; row++) seen.push(columns[0]?.get(row) ?? null);
    }
    connection.close();
    expect(seen).toEqual(
      Array.from({ length: 3000 }, (_, n) => ({ k: 42, i: BigInt(n), l: [BigInt(n), null], e: "b" })),
    );
  });
});

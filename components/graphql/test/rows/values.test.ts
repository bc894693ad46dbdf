import { JsonNumeral, type Cell, type JsonInput } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { field, typed } from "./plans.ts";
import { rowStep } from "./row-step.ts";

const big = (text: string): JsonInput => new JsonNumeral(text);

/** type, what the API gives, what the table has. */
const FITTING: readonly (readonly [string, JsonInput, Cell])[] = [
  ["INTEGER", 7, 7],
  ["INTEGER", "-7", -7],
  ["SMALLINT", big("5"), 5],
  ["BIGINT", 9_007_199_254_740_991, 9_007_199_254_740_991n],
  ["BIGINT", "9007199254740993", 9_007_199_254_740_993n],
  ["BIGINT", big("-9223372036854775808"), -(2n ** 63n)],
  ["HUGEINT", 1e23, 10n ** 23n],
  ["HUGEINT", "170141183460469231731687303715884105727", 2n ** 127n - 1n],
  ["DOUBLE", 0.1, 0.1],
  ["DOUBLE", "0.1", 0.1],
  ["DOUBLE", "1.50", 1.5],
  ["DOUBLE", "-2.5e-3", -0.0025],
  ["DOUBLE", big("0.10000000000000001"), 0.1],
  ["DOUBLE", big("0.1000000000000000055511151231257827"), 0.1],
  ["DOUBLE", "100000000000000000000000", 1e23],
  ["DECIMAL(14,2)", 12.5, "12.50"],
  ["DECIMAL(14,2)", "12.500", "12.50"],
  ["DECIMAL(14,2)", 1e-2, "0.01"],
  ["DECIMAL(14,2)", "125e-1", "12.50"],
  [
    "DECIMAL(38,10)",
    big("1234567890123456789012345678.0123456789"),
    "1234567890123456789012345678.0123456789",
  ],
  ["VARCHAR", 12, "12"],
  ["VARCHAR", true, "true"],
  ["VARCHAR", big("12345678901234567890"), "12345678901234567890"],
  ["BOOLEAN", false, false],
  ["DATE", "2024-02-29", 19_782],
  ["TIMESTAMP", "2024-02-29T12:00:00.5", 1_709_208_000_500_000n],
  ["TIMESTAMPTZ", "2024-02-29T12:00:00+02:00", 1_709_200_800_000_000n],
  ["TIMESTAMPTZ", "2024-02-29T10:00:00.1234560Z", 1_709_200_800_123_456n],
  ["TIME", "12:00:01.5000000", 43_201_500_000n],
  ["TIME", "12:00:01", 43_201_000_000n],
  ["UUID", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "6f9619ff-8b86-d011-b42d-00c04fc964ff"],
  ["INTERVAL", "P1Y2M3W4DT5H6M7.5S", { months: 14, days: 25, micros: 18_367_500_000n }],
  ["INTERVAL", "-PT1.25S", { months: 0, days: 0, micros: -1_250_000n }],
  ["JSON", { a: [big("1.10000000000000000001"), null] }, '{"a":[1.10000000000000000001,null]}'],
  ["JSON", "text", '"text"'],
  ["VARCHAR[]", ["a", null, 1], ["a", null, "1"]],
  ["BIGINT[][]", [["9007199254740993"], []], [[9_007_199_254_740_993n], []]],
];

const MISFITTING: readonly (readonly [string, JsonInput])[] = [
  ["INTEGER", 1.5],
  ["INTEGER", 2 ** 31],
  ["INTEGER", "1.0"],
  ["INTEGER", true],
  ["BIGINT", "9223372036854775808"],
  ["BIGINT", 1.5],
  ["BIGINT", ""],
  ["BIGINT", " 1"],
  ["DOUBLE", "0.12345678901234567890"],
  ["DOUBLE", big("9007199254740993.5")],
  ["DOUBLE", "1e400"],
  ["DOUBLE", "1e-400"],
  ["DOUBLE", "abc"],
  ["DOUBLE", ""],
  ["DECIMAL(14,2)", 0.001],
  ["DECIMAL(14,2)", "12,5"],
  ["DECIMAL(14,2)", [1]],
  ["VARCHAR", { a: 1 }],
  ["VARCHAR", ["a"]],
  ["VARCHAR", "\uD800"],
  ["BOOLEAN", 1],
  ["BOOLEAN", "true"],
  ["DATE", "2023-02-29"],
  ["DATE", 19_782],
  ["DATE", "2024-02-29T00:00:00Z"],
  ["TIMESTAMP", "2024-02-29T12:00:00Z"],
  ["TIMESTAMP", 1_709_208_000],
  ["TIMESTAMP", "2024-02-29T12:00:00.1234567"],
  ["TIMESTAMPTZ", "2024-02-29T12:00:00"],
  ["UUID", "no"],
  ["INTERVAL", "1 day"],
  ["INTERVAL", "P"],
  ["INTERVAL", "PT0.1234567S"],
  ["JSON", { a: "\uD800" }],
  ["VARCHAR[]", "a"],
  ["VARCHAR[]", [["a"]]],
];

describe("typed columns", () => {
  test("take every form that an API gives a value in, exactly", async () => {
    const fields = FITTING.map(([type], index) => typed(`c${index}`, type));
    const row = Object.fromEntries(FITTING.map(([, given], index) => [`c${index}`, given]));
    const run = await rowStep({ fields }, [row, {}]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    const [first, second] = await run.query("FROM films");
    FITTING.forEach(([type, given, cell], index) => {
      expect([type, given, first?.[`c${index}`]]).toEqual([type, given, cell]);
      expect(second?.[`c${index}`]).toBeNull();
    });
  });

  test.each(MISFITTING)("refuse what does not fit: %s %j", async (type, given) => {
    const run = await rowStep({ fields: [typed("id", "INTEGER"), typed("c", type)] }, [
      { id: 1 },
      { id: 2, c: given },
    ]);
    const { error } = run.record.steps[0] ?? {};
    expect(error?.code).toMatch(/^(graphql|table)\.value_misfit$/);
    expect(error?.message).toContain('Table "films", row 2, column "c"');
  });

  test("are declared by dtype beside others whose types are found", async () => {
    const fields = [field("budget", { type: "DECIMAL(14,2)" }), field("id"), field("day", { type: "DATE" })];
    const run = await rowStep({ fields }, [
      { id: 1, budget: 12.5, day: "2024-01-01" },
      { id: 2.5, budget: "7" },
    ]);
    expect(await run.query("SELECT id, budget, day::VARCHAR AS day FROM films")).toEqual([
      { id: 1, budget: "12.50", day: "2024-01-01" },
      { id: 2.5, budget: "7.00", day: null },
    ]);
    const lists = [
      field("id"),
      field("tags", { type: "BIGINT[]", list: true }),
      field("raw", { type: "JSON" }),
      field("wait", { type: "INTERVAL" }),
    ];
    const listed = await rowStep({ fields: lists }, [
      { id: 1, tags: ["9007199254740993", 2, null], raw: { a: [1] }, wait: "P1DT2S" },
    ]);
    expect(await listed.query("SELECT id, tags, raw, wait FROM films")).toEqual([
      {
        id: 1n,
        tags: [9_007_199_254_740_993n, 2n, null],
        raw: '{"a":[1]}',
        wait: { months: 0, days: 1, micros: 2_000_000n },
      },
    ]);
    const bad = await rowStep({ fields }, [{ id: 1 }, { id: 2, budget: "abc" }]);
    expect(bad.record.steps[0]?.error?.message).toContain('Table "films", row 2, column "budget"');
  });
});

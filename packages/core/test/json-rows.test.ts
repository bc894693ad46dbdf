import { describe, expect, test } from "vitest";
import { JsonNumeral, type JsonInput, type JsonRow } from "../src/index.ts";
import { canonical, canonicalCell, jsonTable, shape } from "./json-table.ts";

const n = (numeral: string): JsonNumeral => new JsonNumeral(numeral);
const column = (...values: readonly JsonInput[]): readonly JsonRow[] => values.map((v) => ({ v }));

describe("the type of a column holds all values exactly", () => {
  const cases: readonly (readonly [what: string, values: readonly JsonInput[], type: string])[] = [
    ["nothing but null", [null, null], "VARCHAR"],
    ["booleans", [true, null, false], "BOOLEAN"],
    ["strings that look like something else", ["2026-01-01", "1", "true", ""], "VARCHAR"],
    ["integers", [1, -5, 0, null], "BIGINT"],
    ["whole numbers in any spelling", [n("1.0"), n("1e2"), n("-0.5e1"), 7], "BIGINT"],
    ["the largest safe integer and the next", [2 ** 53 - 1, n("9007199254740993")], "BIGINT"],
    ["the ends of 64 bits", [2n ** 63n - 1n, -(2n ** 63n)], "BIGINT"],
    ["one beyond 64 bits", [1, 2n ** 63n], "HUGEINT"],
    ["the ends of 128 bits", [2n ** 127n - 1n, -(2n ** 127n)], "HUGEINT"],
    ["one beyond 128 bits", [1, 2n ** 127n], "VARCHAR"],
    ["doubles", [0.1, 1e300, 5e-324, Number.MAX_VALUE], "DOUBLE"],
    ["integers and then a double", [1, 2, 2.5], "DOUBLE"],
    ["minus zero, which only a double is", [1, -0], "DOUBLE"],
    ["a whole number that a double may have rounded", [1, 2 ** 53], "DOUBLE"],
    ["an integer that a double would round", [0.5, n("9007199254740993")], "DECIMAL(17,1)"],
    ["more digits than a double has", [n("12345678901234567890.123"), 1e-7], "DECIMAL(27,7)"],
    ["38 digits", [n("1234567890123456789012345678.9012345678"), 1], "DECIMAL(38,10)"],
    ["39 digits", [n("12345678901234567890123456789.9012345678"), 1], "VARCHAR"],
    ["a number beyond doubles", [n("1e400"), 1, 2.5], "VARCHAR"],
    ["doubles with powers beside what no double is", [1e-7, 1e21, n("0.10000000000000000001")], "VARCHAR"],
    ["the same where 38 digits are enough", [1.5e-5, 1e16, n("0.10000000000000000001")], "DECIMAL(37,20)"],
    ["exponents at the ends of 32 bits", [n("1e-2147483648"), n("1e2147483647")], "VARCHAR"],
    ["a power that DuckDB would not take", [n("4000000.00000000000005e-1"), 1], "DECIMAL(21,15)"],
    ["a number below doubles", [n("1e-400"), 1], "VARCHAR"],
    ["minus zero beside what no double is", [-0, n("9007199254740993")], "VARCHAR"],
    ["zeros at the end of a long fraction", [n(`0.5${"0".repeat(60)}1`), 1], "VARCHAR"],
    ["an exponent beyond all", [n("1e99999999999999999999"), 1.5], "VARCHAR"],
    ["objects and arrays", [{ a: 1 }, [1, "two"], [], {}], "JSON"],
    ["a string among numbers", [1, 2.5, "three", n("12345678901234567890.123"), 2n ** 70n], "JSON"],
    ["a boolean among strings", ["a", true], "JSON"],
    ["a scalar among objects", [{ a: 1 }, "a", 1, false, null], "JSON"],
  ];

  test.each(cases)("%s", async (_what, values, type) => {
    for (const inOrder of [values, values.toReversed()]) {
      const table = await jsonTable([column(...inOrder)]);
      expect(shape(table)).toEqual([`v ${type}`]);
      expect(table.rows.map(({ v }, row) => canonicalCell(v, type, inOrder[row]))).toEqual(
        inOrder.map(canonical),
      );
    }
  });

  test.each(cases)("%s, when the drift comes on the last row", async (_what, values, type) => {
    const inOrder = [...Array.from({ length: 5000 }, () => values[0] ?? null), ...values];
    const table = await jsonTable([column(...inOrder)]);
    expect(shape(table)).toEqual([`v ${type}`]);
    expect(table.rows.map(({ v }, row) => canonicalCell(v, type, inOrder[row]))).toEqual(
      inOrder.map(canonical),
    );
  });

  test("a whole number in a mixture has one spelling, wherever it was staged", async () => {
    const { rows } = await jsonTable([
      column(1.5, 2, "x", ...Array.from({ length: 3000 }, () => "y"), 2, n("2.0")),
    ]);
    const texts = rows.map(({ v }) => v).filter((text) => text !== '"y"');
    expect(texts).toEqual(["1.5", "2", '"x"', "2", "2"]);
  });
});

describe("JsonNumeral.exact", () => {
  test("is a number where nothing is lost", () => {
    const numbers = ["0", "-5", "9007199254740991", "0.1", "1.50", "1e5", "1E300", "-0", "-0.0"];
    expect(numbers.map((text) => JsonNumeral.exact(text))).toStrictEqual(numbers.map(Number));
  });

  test.each(["9007199254740992", "-12345678901234567890", "0.10000000000000000001", "1e400", "1e-400"])(
    "keeps the text of %s",
    (text) => {
      expect(JsonNumeral.exact(text)).toStrictEqual(n(text));
    },
  );

  test.each(["", "007", "+1", "1.", " 1", "Infinity", "NaN", "0x10", "1n", "-"])("refuses %j", (text) => {
    expect(() => JsonNumeral.exact(text)).toThrow("is not a JSON number");
  });
});

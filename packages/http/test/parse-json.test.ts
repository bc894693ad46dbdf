import { JsonNumeral } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { parseJson } from "../src/index.ts";

const numeral = (text: string): JsonNumeral => new JsonNumeral(text);

describe("a numeral", () => {
  test.each([
    "0",
    "-0",
    "-0.0",
    "1.0",
    "1E5",
    "1e+05",
    "0.1",
    "9007199254740991",
    "-9007199254740991",
    "9007199254740991.0",
    "0.30000000000000004",
    "123456789012345.6",
    "1.7976931348623157e308",
    "1e295",
    "-1e295",
    "2E+295",
    `1${"0".repeat(295)}.0`,
    "5e-324",
    "2.2250738585072014e-308",
    "0e999999999999",
    `0.${"0".repeat(300)}1`,
    `1.${"0".repeat(300)}`,
    `1${"0".repeat(300)}.0`,
  ])("that a double is comes as a number: %s", (text) => {
    for (const json of [text, ` ${text}\n`, `[${text}]`, `{"a":${text}}`, `{"a": [ ${text} , 1]}`]) {
      expect(parseJson(json)).toStrictEqual(JSON.parse(json));
    }
  });

  test.each([
    "9007199254740992",
    "-9007199254740993",
    "12345678901234567890",
    "12345678901234567000",
    "9007199254740993.0",
    "9007199254740990.9999",
    "0.10000000000000000001",
    "12345678901234567890.123",
    "1e400",
    "-1E+400",
    "1e-400",
    "0.1e-400",
    "4e-324",
    "1.7976931348623157e309",
    "123456789012345e300",
    `0.${"0".repeat(400)}1`,
    `1${"0".repeat(22)}`,
    `1${"0".repeat(400)}`,
    `1${"0".repeat(400)}e-400000000000`,
  ])("that a double is not keeps its text: %s", (text) => {
    for (const json of [text, `\r\n${text}\t`]) expect(parseJson(json)).toStrictEqual(numeral(text));
    expect(parseJson(`[[${text}],${text}]`)).toStrictEqual([[numeral(text)], numeral(text)]);
    expect(parseJson(`{"a" : ${text} , "b":${text}}`)).toStrictEqual({ a: numeral(text), b: numeral(text) });
  });
});

describe("as JSON.parse", () => {
  test.each([
    ["digits in strings", '["12345678901234567890", "2026-11-21T18:50:51.123456Z", "1e400", "0x1e400"]'],
    [
      "strings that look like members",
      String.raw`["\": 12345678901234567890, \"", "[1e400]", ", 1e400", "\\"]`,
    ],
    ["an empty text", ""],
    ["a byte order mark", "\uFEFF[1]"],
    ["half surrogate pairs", '["\uD800", "\\uDC00", "\uDC00\uD800"]'],
    ["keys of the language", '{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}'],
    ["the last of members with one name", '{"a": 12345678901234567890, "b": 2, "a": 1}'],
    ["a numeral as a name", "{12345678901234567890: 1}"],
    ["a numeral as a second name", '{"a": 1, 12345678901234567890 : 1}'],
    ["a numeral instead of a member", '{"a": 1, 12345678901234567890}'],
    ["zeros in front", "[00012345678901234567]"],
    ["a plus in front", "[+12345678901234567]"],
    ["two numerals in one", "[1-12345678901234567, 1.2.3456789012345678]"],
    ["half a numeral", "[12345678901234567.]"],
    ["letters after a numeral", "[12345678901234567n]"],
    ["a text that ends too soon", '{"a": 12345678901234567890, "b'],
    ["a text that goes on", "12345678901234567890 1"],
    ["a quote too many", '[12345678901234567890, "a"b"]'],
    ["no value", "[12345678901234567890,]"],
  ])("%s", (_what, text) => {
    expect(outcome(() => parseJson(text))).toStrictEqual(outcome(() => JSON.parse(text)));
  });

  test("100,000 levels", () => {
    const depth = 100_000;
    const nested = (value: string): string => `${'[{"a":'.repeat(depth)}${value}${"}]".repeat(depth)}`;
    let value: unknown = parseJson(nested('[12345678901234567890, ", 12345678901234567890,"]'));
    for (let level = 0; level < depth; level++) value = (value as { a: unknown }[])[0]?.a;
    expect(value).toStrictEqual([numeral("12345678901234567890"), ", 12345678901234567890,"]);
  });
});

test("numerals are found beside strings that look like them", () => {
  const text = String.raw`{"a": "[1e400]", "b": 1e400, "c\\": "\\\", 1e400, \\", "d": [12345678901234567890, "x"]}`;
  expect(parseJson(text)).toStrictEqual({
    a: "[1e400]",
    b: numeral("1e400"),
    "c\\": '\\", 1e400, \\',
    d: [numeral("12345678901234567890"), "x"],
  });
});

test("numbers as large as marks are themselves", () => {
  const text = `[1e295, 1e400, 2e295, 1e300, -1e300, "\\n1e295", 1e295, 12345678901234567890]`;
  const numerals = [numeral("1e400"), numeral("12345678901234567890")];
  expect(parseJson(text)).toStrictEqual([
    1e295,
    numerals[0],
    2e295,
    1e300,
    -1e300,
    "\n1e295",
    1e295,
    numerals[1],
  ]);
});

test("many numerals do not take each other's places", () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => `${90071992547409930n + BigInt(index)}`);
  expect(parseJson(`[${texts.join(",")}]`)).toStrictEqual(texts.map(numeral));
});

test("a numeral under the name __proto__ stays a member", () => {
  const parsed = parseJson('{"__proto__": 1e400}') as object;
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  expect(Object.entries(parsed)).toStrictEqual([["__proto__", numeral("1e400")]]);
});

function outcome(parse: () => unknown): unknown {
  try {
    return { value: parse() };
  } catch (error) {
    return { error: String(error) };
  }
}

import { JsonNumeral, type JsonInput } from "@osiris/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../src/index.ts";

const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 500);

const digits = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 1, maxLength: most });

/** Any numeral of JSON, with all lengths around those where doubles end. */
const numeral = fc
  .tuple(
    fc.constantFrom("", "-"),
    digits(22).map((text) => text.replace(/^0+(?=\d)/, "")),
    fc.option(digits(22)),
    fc.option(fc.tuple(fc.constantFrom("e", "E"), fc.constantFrom("", "+", "-"), digits(4))),
  )
  .map(
    ([sign, whole, fraction, power]) =>
      `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${power === null ? "" : power.join("")}`,
  );

const space = fc.constantFrom("", "", "", " ", "\n", "\t ", "\r\n");
const string = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    numeral,
    fc
      .tuple(
        fc.constantFrom(" ", ", ", ":", "[", '"', "\\", '\\":'),
        numeral,
        fc.constantFrom("", ",", " }", "]", '"'),
      )
      .map((parts) => parts.join("")),
  )
  .map((text) => JSON.stringify(text));

/** JSON as text, spaced anyhow. */
const { inner, value } = fc.letrec<{ value: string; inner: string }>((tie) => ({
  inner: fc.oneof(fc.constantFrom("null", "true", "false"), numeral, numeral, string, tie("value")),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.array(padded(tie("inner"), space), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
    fc
      .array(fc.tuple(padded(string, space), padded(tie("inner"), space)), { maxLength: 5 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(",")}}`),
  ),
}));

const json = fc.oneof({ arbitrary: inner, weight: 1 }, { arbitrary: value, weight: 9 });

function padded(text: fc.Arbitrary<string>, around: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(around, text, around).map((parts) => parts.join(""));
}

/** What parseJson promises, in the plainest way: every numeral by its text. */
function oracle(text: string): JsonInput {
  type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
  const exact: Reviver = (_key, value, { source = "" }) =>
    typeof value === "number" && !isExact(source, value) ? new JsonNumeral(source) : value;
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]) as JsonInput;
}

function isExact(source: string, value: number): boolean {
  if (/^-?\d+$/.test(source)) return BigInt(source) === BigInt(Number.isSafeInteger(value) ? value : 0);
  return Number.isFinite(value) && equalNumbers(source, String(value));
}

/** Compares numerals as whole numbers times one power of ten. */
function equalNumbers(a: string, b: string): boolean {
  const [left, right] = [scaled(a), scaled(b)];
  if (left.digits === 0n || right.digits === 0n) return left.digits === right.digits;
  const power = Math.min(left.power, right.power);
  if (Math.max(left.power, right.power) - power > 20_000) return false;
  const whole = (number: typeof left): bigint => number.digits * 10n ** BigInt(number.power - power);
  return whole(left) === whole(right);
}

function scaled(numeral: string): { readonly digits: bigint; readonly power: number } {
  const [mantissa = "", power = "0"] = numeral.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(`${whole}${fraction}`), power: Number(power) - fraction.length };
}

test("every numeral has its value, and everything else is as JSON.parse gives it", () => {
  fc.assert(
    fc.property(json, (text) => {
      expect(parseJson(text)).toStrictEqual(oracle(text));
    }),
    { numRuns: RUNS },
  );
});

test("a text with a character changed is parsed alike, or refused alike", () => {
  const change = fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...Array.from('0-.e:,"[]{}\\ x\u0080'), ""));
  const outcome = (parse: (text: string) => JsonInput, text: string): unknown => {
    try {
      return parse(text);
    } catch (error) {
      return error instanceof SyntaxError ? "refused" : error;
    }
  };
  fc.assert(
    fc.property(json, change, (text, [place, cut, put]) => {
      const at = place % (text.length + 1);
      const changed = `${text.slice(0, at)}${put}${text.slice(at + cut)}`;
      expect(outcome(parseJson, changed)).toStrictEqual(outcome(oracle, changed));
    }),
    { numRuns: RUNS },
  );
});

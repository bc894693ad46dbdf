import * as fc from "fast-check";
import { expect, test } from "vitest";
import { JsonNumeral, type JsonInput, type JsonRow } from "../src/index.ts";
import { canonical, canonicalCell, jsonTable, type JsonTable } from "./json-table.ts";
import { openDatabase } from "./open-database.ts";

const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 60);
/** More than the rows whose values decide how the others are staged. */
const SAMPLE = 2048;

const digits = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 1, maxLength: most });

const numeral = fc
  .tuple(
    fc.constantFrom("", "-"),
    digits(45).map((text) => text.replace(/^0+(?=\d)/, "")),
    fc.option(digits(45)),
    fc.option(fc.integer({ min: -420, max: 420 })),
  )
  .map(
    ([sign, whole, fraction, power]) =>
      new JsonNumeral(
        `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${power === null ? "" : `e${power}`}`,
      ),
  );

const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -0, 1, 2 ** 53 - 1, 2 ** 53, 1e21, 1e300, 5e-324, 0.1, -1.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
  fc.constantFrom(2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 127n, -(2n ** 127n), 2n ** 53n),
  numeral,
);
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "\0", "null", "1", "\u0301combining", "s", '"', "\\", "\u2028", "🐎"),
);
const json = fc.letrec<{ value: JsonInput; nested: JsonInput }>((tie) => ({
  value: fc.oneof(fc.constant(null), fc.boolean(), number, text, tie("nested")),
  nested: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 3 }).map((members) => Object.fromEntries(members)),
  ),
})).value;

const AWKWARD = [
  "a",
  "A",
  "a_2",
  "",
  "__proto__",
  "constructor",
  "toJSON",
  "hasOwnProperty",
  "a.b",
  "$",
  "[0]",
  "$.a",
];
const OWN_NAMES = [
  "rowid",
  "rest",
  "extra",
  "key 0",
  "rest by key",
  "_extra",
  "column1",
  "id",
  "n",
  "0",
  "1",
];
const key = fc.oneof(
  fc.constantFrom(...AWKWARD, ...OWN_NAMES, 'a"b', "a'b", "a\0b", "a/b", "a~b", "\n", "é", "É", "K", "k"),
  fc.string({ unit: "grapheme", maxLength: 5 }),
);
/** Values of one column are mostly alike, so that the narrower types are reached too. */
const values = fc.constantFrom(fc.integer(), number, text, fc.boolean(), json);
const rows = fc
  .uniqueArray(fc.tuple(key, values), { maxLength: 6, selector: ([name]) => name })
  .chain((columns) =>
    fc.array(
      fc
        .tuple(
          ...columns.map(([name, value]) =>
            fc.option(fc.tuple(fc.constant(name), fc.oneof(value, fc.constant(null)))),
          ),
        )
        .chain((members) => fc.shuffledSubarray(members, { minLength: members.length }))
        .map((members): JsonRow => Object.fromEntries(members.filter((member) => member !== null))),
      { minLength: 1, maxLength: 12 },
    ),
  )
  .filter((made) => made.some((row) => Object.keys(row).length > 0));

/** Where one page ends and the next begins. */
function split(all: readonly JsonRow[], cuts: readonly number[]): readonly (readonly JsonRow[])[] {
  const at = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, index) => all.slice(at[index], end));
}

function typesByKey({ schema }: JsonTable): readonly string[] {
  return schema.map(
    ({ name, type, source_name = name, reason }) => `${JSON.stringify(source_name)} ${type}: ${reason}`,
  );
}

test("whatever the rows and however they are cut into pages, reading back gives the same values by key", async () => {
  const database = openDatabase();
  await fc.assert(
    fc.asyncProperty(rows, fc.array(fc.nat(), { maxLength: 4 }), fc.boolean(), async (given, cuts, drift) => {
      const all = drift ? [...Array.from({ length: SAMPLE }, () => given[0] ?? {}), ...given] : given;
      const table = await jsonTable(split(all, cuts), {}, database);
      expect(table.rows).toHaveLength(all.length);
      const keys = [...new Set(all.flatMap((row) => Object.keys(row)))];
      expect(table.schema.map(({ name, source_name = name }) => source_name)).toEqual(keys);
      for (const [index, row] of table.rows.entries()) {
        const original = all[index] ?? {};
        for (const { name, type, source_name = name } of table.schema) {
          const value = Object.hasOwn(original, source_name) ? original[source_name] : null;
          expect(canonicalCell(row[name], type, value)).toBe(canonical(value));
        }
      }
    }),
    { numRuns: RUNS },
  );
}, 600_000);

test("the schema depends neither on the pages nor on the order of keys in a row", async () => {
  const database = openDatabase();
  await fc.assert(
    fc.asyncProperty(rows, fc.array(fc.nat(), { maxLength: 4 }), async (given, cuts) => {
      const whole = await jsonTable([given], {}, database);
      const inPages = await jsonTable(split(given, cuts), {}, database);
      expect(inPages.schema).toEqual(whole.schema);
      const reversed = given.map((row) => Object.fromEntries(Object.entries(row).toReversed()));
      const reordered = await jsonTable([reversed], {}, database);
      expect(typesByKey(reordered).toSorted()).toEqual(typesByKey(whole).toSorted());
    }),
    { numRuns: RUNS },
  );
}, 600_000);

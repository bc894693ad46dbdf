import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/transport/session.ts";
import { field, object } from "./plans.ts";
import { rowStep, shapeOf } from "./row-step.ts";

describe("rows of an unknown selection", () => {
  test("have columns in the order in which fields appear, whatever kind of value comes first", async () => {
    const run = await rowStep({ fields: undefined }, [
      { id: 1, a: null, b: { c: { d: 1 } }, list: [{ x: 1 }] },
      { a: { x: 1 }, id: 2, b: "text", late: true },
      { a: 3, b: {}, id: 3 },
    ]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await shapeOf(run)).toEqual([
      "id BIGINT",
      "a BIGINT",
      "b JSON",
      "b.c.d BIGINT",
      "list JSON",
      "a.x BIGINT",
      "late BOOLEAN",
    ]);
    expect(await run.query('SELECT id, a, "a.x" AS ax, b, "b.c.d" AS d FROM films ORDER BY id')).toEqual([
      { id: 1n, a: null, ax: null, b: null, d: 1n },
      { id: 2n, a: null, ax: 1n, b: '"text"', d: null },
      { id: 3n, a: 3n, ax: null, b: "{}", d: null },
    ]);
  });

  test("names that meet when they are joined do not overwrite each other", async () => {
    const run = await rowStep({ fields: undefined }, [
      { "a.b": 1, a: { b: 2 } },
      { a: { b: 4 }, "a.b": 3 },
    ]);
    expect(await run.query('SELECT "a.b" AS outer, "a.b_2" AS inner FROM films')).toEqual([
      { outer: 1n, inner: 2n },
      { outer: 3n, inner: 4n },
    ]);
  });

  test("names that differ in case only are renamed as in any table", async () => {
    const run = await rowStep({ fields: undefined }, [{ b: 0, ID: 1, id: 2, z: 3 }]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await run.query("FROM films")).toEqual([{ b: 0n, ID: 1n, id_2: 2n, z: 3n }]);
  });

  test("separator, depth and declared types", async () => {
    const config = {
      flatten_separator: "__",
      flatten_depth: 1,
      dtype: { a__n: "DECIMAL(6,2)", never: "DATE", b: "JSON" },
    };
    const run = await rowStep({ fields: undefined, config }, [
      { a: { n: "1.5", deep: { x: 1 } }, b: { c: 1 } },
    ]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await run.query("FROM films")).toEqual([
      { a__n: "1.50", never: null, b: '{"c":1}', a__deep: '{"x":1}' },
    ]);
    const whole = await rowStep({ fields: undefined, config: { flatten_result: false } }, [{ a: { n: 1 } }]);
    expect(await whole.query("FROM films")).toEqual([{ a: '{"n":1}' }]);
  });

  test("awkward keys are keys", async () => {
    const row = JSON.parse(
      '{"__proto__":1,"constructor":2,"":3,"0":4,"toString":{"valueOf":5}}',
    ) as JsonObject;
    const run = await rowStep({ fields: undefined }, [row, {}]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    const [first] = await run.query("FROM films");
    expect(new Set(Object.values(first ?? {}))).toEqual(new Set([1n, 2n, 3n, 4n, 5n]));
  });

  test("keys without end are an error, not memory without end", async () => {
    const rows = Array.from({ length: 60 }, (_, row) =>
      Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`k${row * 100 + key}`, 1])),
    );
    const run = await rowStep({ fields: undefined }, rows);
    expect(run.record.steps[0]?.error).toMatchObject({ code: "graphql.too_many_fields" });
  });
});

test("an alias such as constructor is a column, and NULL where the answer does not have it", async () => {
  const fields = [field("id"), field("constructor"), object("toString", [field("valueOf")])];
  const run = await rowStep({ fields }, [{ id: 1 }, { id: 2, constructor: 3, toString: { valueOf: 4 } }]);
  expect(
    await run.query('SELECT id, "constructor" AS c, "toString.valueOf" AS v FROM films ORDER BY id'),
  ).toEqual([
    { id: 1n, c: null, v: null },
    { id: 2n, c: 3n, v: 4n },
  ]);
});

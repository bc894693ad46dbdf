import { describe, expect, test } from "vitest";
import { field, object, typed } from "./plans.ts";
import { rowStep, shapeOf } from "./row-step.ts";

describe("one table", () => {
  test("objects are taken apart; a null one makes all of its columns NULL", async () => {
    const author = object(
      "author",
      [typed("name", "VARCHAR"), object("born", [typed("year", "INTEGER")], { list: false })],
      {
        list: false,
      },
    );
    const run = await rowStep({ fields: [typed("id", "VARCHAR"), author, typed("stars", "DOUBLE")] }, [
      { id: "a", author: { name: "Ann", born: { year: 1970 } }, stars: 4.5 },
      { id: "b", author: null, stars: 1 },
      { stars: null, author: { born: null, name: "Bo" }, id: "c" },
    ]);
    expect(run.record.status).toBe("succeeded");
    expect(await shapeOf(run)).toEqual([
      "id VARCHAR",
      "author.name VARCHAR",
      "author.born.year INTEGER",
      "stars DOUBLE",
    ]);
    expect(await run.query("FROM films ORDER BY id")).toEqual([
      { id: "a", "author.name": "Ann", "author.born.year": 1970, stars: 4.5 },
      { id: "b", "author.name": null, "author.born.year": null, stars: 1 },
      { id: "c", "author.name": "Bo", "author.born.year": null, stars: null },
    ]);
  });

  test("columns without types are found in the values", async () => {
    const run = await rowStep(
      { fields: [field("id"), object("author", [field("name"), field("age")]), field("tags")] },
      [
        { id: 1, author: null, tags: null },
        { id: 2, author: { name: "Ann", age: 12 }, tags: ["x", 1] },
      ],
    );
    expect(await shapeOf(run)).toEqual([
      "id BIGINT",
      "author.name VARCHAR",
      "author.age BIGINT",
      "tags JSON",
    ]);
    expect(await run.query("SELECT * FROM films ORDER BY id")).toMatchObject([
      { id: 1n, "author.name": null },
      { id: 2n, "author.name": "Ann", "author.age": 12n, tags: '["x",1]' },
    ]);
  });

  test.each([
    ["types", [typed("id", "BIGINT"), typed("title", "VARCHAR"), typed("raw", "JSON")]],
    ["no types", [field("id"), field("title"), field("raw")]],
  ])("a flat row is the same whatever its members, with %s", async (_what, fields) => {
    const run = await rowStep({ fields }, [
      { id: 1, title: "in order", raw: [1] },
      { title: "in another", raw: [2], id: 2 },
      { id: 3 },
      {},
      { id: 5, title: "with more", raw: null, more: 1 },
      { more: 1, id: 6, title: "as many" },
    ]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await run.query("FROM films")).toEqual([
      { id: 1n, title: "in order", raw: "[1]" },
      { id: 2n, title: "in another", raw: "[2]" },
      { id: 3n, title: null, raw: null },
      { id: null, title: null, raw: null },
      { id: 5n, title: "with more", raw: null },
      { id: 6n, title: "as many", raw: null },
    ]);
  });

  test("columns stand in the query's order, whatever comes first, and are there without a row", async () => {
    const fields = [
      field("id"),
      object("author", [field("name"), object("born", [field("year"), field("place", { type: "VARCHAR" })])]),
      field("stars", { type: "DOUBLE" }),
      field("title"),
    ];
    const order = ["id", "author.name", "author.born.year", "author.born.place", "stars", "title"];
    const none = await rowStep({ fields });
    expect((await none.columns("films")).map(({ name }) => name)).toEqual(order);
    const drifting = await rowStep({ fields }, [
      { title: "x", id: 1, author: null },
      { stars: 1, author: { born: null, name: "Ann" } },
      { author: { born: { place: "Brno", year: 1970 } } },
    ]);
    expect(drifting.record.steps[0]?.error).toBeUndefined();
    expect((await drifting.columns("films")).map(({ name }) => name)).toEqual(order);
  });

  test("objects that are not taken apart are JSON", async () => {
    const born = object("born", [field("year")], { flatten: false });
    const run = await rowStep({ fields: [object("author", [field("name"), born])] }, [
      { author: { name: "Ann", born: { year: 1970 } } },
      { author: { name: "Bo", born: null } },
    ]);
    expect(await run.query("FROM films")).toEqual([
      { "author.name": "Ann", "author.born": '{"year":1970}' },
      { "author.name": "Bo", "author.born": null },
    ]);
  });

  test("a list where an object was, and a scalar where an object was, stay beside it", async () => {
    const run = await rowStep({ fields: [field("id"), object("author", [field("name")])] }, [
      { id: 1, author: { name: "Ann" } },
      { id: 2, author: [{ name: "Bo" }] },
      { id: 3, author: "Cy" },
    ]);
    expect(await run.query("FROM films")).toEqual([
      { id: 1n, author: null, "author.name": "Ann" },
      { id: 2n, author: '[{"name":"Bo"}]', "author.name": null },
      { id: 3n, author: '"Cy"', "author.name": null },
    ]);
  });
});

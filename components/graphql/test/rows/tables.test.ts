import { OsirisError } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { child, field, object, typed } from "./plans.ts";
import { openRows, rowStep, shapeOf } from "./row-step.ts";
import { runStep } from "../run-step.ts";

const REVIEWS = object("reviews", [], {
  list: true,
  table: child("reviews", [typed("stars", "INTEGER"), typed("text", "VARCHAR")], "VARCHAR"),
});

describe("arrays: tables", () => {
  test("a list is a table with its parent's key and its place", async () => {
    const run = await rowStep({ fields: [typed("id", "VARCHAR"), REVIEWS] }, [
      { id: "a", reviews: [{ stars: 1, text: "x" }, null, { stars: 3, text: null }] },
      { id: "b", reviews: [] },
      { id: "c", reviews: null },
      { id: "d", reviews: [{ stars: 4, text: "y" }] },
    ]);
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await shapeOf(run)).toEqual(["id VARCHAR"]);
    expect(await shapeOf(run, "films__reviews")).toEqual([
      "_parent_id VARCHAR",
      "_index BIGINT",
      "stars INTEGER",
      "text VARCHAR",
    ]);
    expect(await run.query("FROM films__reviews")).toEqual([
      { _parent_id: "a", _index: 0n, stars: 1, text: "x" },
      { _parent_id: "a", _index: 1n, stars: null, text: null },
      { _parent_id: "a", _index: 2n, stars: 3, text: null },
      { _parent_id: "d", _index: 0n, stars: 4, text: "y" },
    ]);
  });

  test("tables that the plan knows are there without rows", async () => {
    const run = await rowStep({ fields: [typed("id", "VARCHAR"), REVIEWS] }, []);
    expect(await run.query("SELECT count(*) AS n FROM films__reviews")).toEqual([{ n: 0n }]);
    expect(await shapeOf(run)).toEqual(["id VARCHAR"]);
  });

  test("lists inside of lists, scalars and lists of lists", async () => {
    const tags = child("reviews_tags", [field("value")]);
    const reviews = child("reviews", [field("id"), field("tags", { list: true, table: tags })]);
    const genres = child("genres", [field("value")]);
    const run = await rowStep(
      {
        fields: [
          field("id"),
          object("reviews", [], { list: true, table: reviews }),
          field("genres", { list: true, table: genres }),
        ],
      },
      [
        {
          id: 1,
          genres: ["x", null, ["y", "z"]],
          reviews: [
            { id: 10, tags: ["a", "b"] },
            { id: 11, tags: [] },
          ],
        },
      ],
      [{ id: 2, genres: [], reviews: [{ id: 12, tags: ["c"] }] }],
    );
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(
      await run.query("SELECT _parent_id AS p, _index AS i, value AS v FROM films__reviews_tags"),
    ).toEqual([
      { p: 10n, i: 0n, v: "a" },
      { p: 10n, i: 1n, v: "b" },
      { p: 12n, i: 0n, v: "c" },
    ]);
    expect(await run.query("SELECT _parent_id AS p, _index AS i, value AS v FROM films__genres")).toEqual([
      { p: 1n, i: 0n, v: '"x"' },
      { p: 1n, i: 1n, v: null },
      { p: 1n, i: 2n, v: '["y","z"]' },
    ]);
  });

  test("a parent without its key is an error; without items it needs none", async () => {
    const run = await rowStep({ fields: [typed("id", "VARCHAR"), REVIEWS] }, [
      { id: null, reviews: [] },
      { id: null, reviews: [{ stars: 1 }] },
    ]);
    expect(run.record.steps[0]?.error).toMatchObject({
      code: "graphql.no_parent_key",
      message: 'Table "films__reviews" cannot tell whose its rows are: in table "films" row 2 has no id',
    });
  });

  test("the key may stand deeper, and may be several", async () => {
    const table = {
      ...child("tags", [field("value")]),
      parentKeys: [
        { column: "_parent_shop", path: ["shop"], type: undefined },
        { column: "_parent_id", path: ["node", "id"], type: "BIGINT" },
      ],
    };
    const run = await rowStep(
      { fields: [object("node", [field("id"), field("tags", { list: true, table })]), field("shop")] },
      [{ shop: "s", node: { id: "9007199254740993", tags: ["a"] } }],
    );
    expect(await run.query("FROM films__tags")).toEqual([
      { _parent_shop: "s", _parent_id: 9_007_199_254_740_993n, _index: 0n, value: "a" },
    ]);
  });

  test("where a server does not keep to its schema, the step fails", async () => {
    const run = await rowStep({ fields: [typed("id", "VARCHAR"), REVIEWS] }, [
      { id: "a", reviews: { stars: 1 } },
    ]);
    expect(run.record.steps[0]?.error).toMatchObject({
      code: "graphql.value_misfit",
      message: 'Table "films", row 1, column "reviews": an object is not a list',
    });
  });
});

describe("fields that nobody knows to be lists", () => {
  const tags = field("tags", { table: child("tags", [field("value")]) });
  const author = object("author", [field("name")], { table: child("author", [field("name")]) });

  test("are what their values are: tables, columns, or both", async () => {
    const run = await rowStep(
      { fields: [field("id"), tags, author] },
      [{ id: 1, tags: null, author: null }],
      [
        { id: 2, tags: ["a"], author: { name: "Ann" } },
        { id: 3, tags: [], author: { name: "Bo" } },
      ],
    );
    expect(await shapeOf(run)).toEqual(["id BIGINT", "author.name VARCHAR"]);
    expect(await run.query("FROM films__tags")).toEqual([{ _parent_id: 2n, _index: 0n, value: "a" }]);
    expect(await run.query("SHOW TABLES")).toHaveLength(2);
    const mixed = await rowStep({ fields: [field("id"), tags, author] }, [
      { id: 1, tags: "x", author: [{ name: "Ann" }] },
      { id: 2, tags: ["y"], author: { name: "Bo" } },
    ]);
    expect(mixed.record.steps[0]?.error).toBeUndefined();
    expect(await shapeOf(mixed)).toEqual(["id BIGINT", "tags VARCHAR", "author.name VARCHAR"]);
    expect(await mixed.query('SELECT id, tags, "author.name" AS a FROM films ORDER BY id')).toEqual([
      { id: 1n, tags: "x", a: null },
      { id: 2n, tags: null, a: "Bo" },
    ]);
    expect(await mixed.query("FROM films__author")).toEqual([{ _parent_id: 1n, _index: 0n, name: "Ann" }]);
    expect(await mixed.query("FROM films__tags")).toEqual([{ _parent_id: 2n, _index: 0n, value: "y" }]);
  });

  test("lead to one table of what is in them, whichever they prove to be", async () => {
    const books = field("books", { list: true, table: child("books", [field("value")]) });
    const inside = [field("id"), books];
    const fields = [field("id"), object("author", inside, { table: child("author", inside) })];
    const ann = { id: 7, books: ["x"] };
    const one = await rowStep({ fields }, [{ id: 1, author: null }], [{ id: 2, author: ann }]);
    expect(one.record.steps[0]?.error).toBeUndefined();
    expect(await one.query("FROM films__books")).toEqual([{ _parent_id: 2n, _index: 0n, value: "x" }]);
    expect(await one.query("SHOW TABLES")).toHaveLength(2);
    const several = await rowStep({ fields }, [{ id: 1, author: null }], [{ id: 2, author: [ann] }]);
    expect(several.record.steps[0]?.error).toBeUndefined();
    expect(await several.query("FROM films__books")).toEqual([{ _parent_id: 7n, _index: 0n, value: "x" }]);
    expect(await several.query("SHOW TABLES")).toHaveLength(3);
    const none = await rowStep({ fields }, [{ id: 1, author: null }]);
    expect(none.record.steps[0]?.error).toBeUndefined();
    expect(await shapeOf(none)).toEqual(["id BIGINT", "author.id VARCHAR"]);
    expect(await shapeOf(none, "films__books")).toEqual([
      "_parent_id VARCHAR",
      "_index BIGINT",
      "value VARCHAR",
    ]);
    const mixed = await rowStep({ fields }, [{ id: 1, author: ann }], [{ id: 2, author: [ann] }]);
    expect(mixed.record.steps[0]?.error).toMatchObject({ code: "graphql.mixed_lists" });
  });

  test("that prove to be lists need the key in the query", async () => {
    const keyless = object("author", [field("name")], {
      table: { ...child("author", [field("name")]), parentKeys: [] },
    });
    const run = await rowStep({ fields: [field("title"), keyless] }, [
      { title: "x", author: [{ name: "Ann" }] },
    ]);
    expect(run.record.steps[0]?.error?.code).toBe("graphql.no_parent_key");
    const fine = await rowStep({ fields: [field("title"), keyless] }, [
      { title: "x", author: { name: "Ann" } },
    ]);
    expect(fine.record.status).toBe("succeeded");
  });

  test("stay what they were in an attempt that goes on after a checkpoint", async () => {
    const step = { fields: [field("id"), tags, author] };
    const run = await runStep(
      async (ctx) => {
        const tables = await openRows(ctx, step);
        await tables.add([{ id: 1, tags: ["a"], author: { name: "Ann" } }], ctx.signal);
        await ctx.checkpoint({ shape: tables.shape });
        await tables.add([{ id: 9, tags: ["lost"] }], ctx.signal);
        throw new OsirisError({
          code: "x.dropped",
          category: "external",
          message: "dropped",
          retryable: true,
        });
      },
      async (ctx) => {
        const { shape } = ctx.resumed as { shape: never };
        const tables = await openRows(ctx, step, shape);
        expect([tables.rows, tables.totalRows]).toEqual([1, 2]);
        await tables.add([{ id: 2, tags: null, author: null }], ctx.signal);
        await tables.close();
        return { rows: tables.totalRows };
      },
    );
    expect(run.record.steps[0]?.error).toBeUndefined();
    expect(await shapeOf(run)).toEqual(["id BIGINT", "author.name VARCHAR"]);
    expect(await run.query("FROM films__tags")).toEqual([{ _parent_id: 1n, _index: 0n, value: "a" }]);
    expect(await run.query("SELECT id FROM films ORDER BY id")).toEqual([{ id: 1n }, { id: 2n }]);
  });
});

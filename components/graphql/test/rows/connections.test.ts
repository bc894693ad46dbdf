import { JsonNumeral, type JsonInput } from "@osiris/core";
import { describe, expect, test } from "vitest";
import type { GraphqlConfig } from "../../src/config.ts";
import type { FieldPlan } from "../../src/query/query-plan.ts";
import type { Execute, JsonObject } from "../../src/transport/session.ts";
import { child, connection, object, typed } from "./plans.ts";
import { rowStep, type RowStep } from "./row-step.ts";
import type { StepRun } from "../run-step.ts";

const PAGE = 2;

/** A tree of things: each has an id and lists of others by field. */
interface Thing {
  readonly id: string;
  readonly lists: Readonly<Record<string, readonly Thing[]>>;
}

function thing(id: string, lists: Thing["lists"] = {}): Thing {
  return { id, lists };
}

function many(
  count: number,
  prefix: string,
  lists: (at: number) => Thing["lists"] = () => ({}),
): readonly Thing[] {
  return Array.from({ length: count }, (_, at) => thing(`${prefix}${at}`, lists(at)));
}

/** A page of a connection after the first `from` items. */
function page(things: readonly Thing[], from: number): JsonObject {
  const end = from + PAGE;
  return {
    nodes: things.slice(from, end).map((each) => answer(each)),
    pageInfo: {
      hasNextPage: end < things.length,
      endCursor: things.length === 0 ? null : String(Math.min(end, things.length)),
    },
  };
}

function answer({ id, lists }: Thing): JsonObject {
  const first = Object.entries(lists).map(([key, things]) => [key, page(things, 0)] as const);
  return { id, _type: "Thing", ...Object.fromEntries(first) };
}

interface Api {
  readonly rows: readonly JsonObject[];
  readonly execute: Execute;
  readonly requests: { readonly id: string; readonly key: string; readonly after: string }[];
  /** The most requests that were under way at once. */
  readonly most: () => number;
}

/** Answers follow-ups from the tree, each after a time that `delay` gives. */
function api(things: readonly Thing[], delay: (request: number) => number = () => 0): Api {
  const byId = new Map<string, Thing>();
  const collect = (each: Thing): void => {
    byId.set(each.id, each);
    for (const inner of Object.values(each.lists)) inner.forEach(collect);
  };
  things.forEach(collect);
  const requests: { id: string; key: string; after: string }[] = [];
  let underWay = 0;
  let most = 0;
  const execute: Execute = async ({ text, operationName, variables }, signal) => {
    expect(text).toBe(`Thing.${operationName}`);
    expect(Object.keys(variables).toSorted()).toEqual(["_after", "_id", "first"]);
    const request = {
      id: variables["_id"] as string,
      key: operationName ?? "",
      after: variables["_after"] as string,
    };
    requests.push(request);
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, delay(requests.length)));
    underWay -= 1;
    signal.throwIfAborted();
    const node = {
      [request.key]: page(byId.get(request.id)?.lists[request.key] ?? [], Number(request.after)),
    };
    return { body: { data: { node } }, data: { node }, errors: [] };
  };
  return { rows: things.map(answer), execute, requests, most: () => most };
}

/** A connection as tables: reviews with their votes. */
function connected(key: string, fields: readonly FieldPlan[], output?: string): FieldPlan {
  const table = output === undefined ? undefined : child(output, fields, "VARCHAR");
  const inside = output === undefined ? fields : [];
  return object(key, [object("nodes", inside, { list: true, table })], {
    list: false,
    connection: connection(key),
  });
}

const ID = typed("id", "VARCHAR");
const TABLES: RowStep["fields"] = [
  ID,
  connected("reviews", [ID, connected("votes", [ID], "votes")], "reviews"),
];
const CELLS: RowStep["fields"] = [ID, connected("reviews", [ID, connected("votes", [ID])])];

/** Films with so many reviews, which have so many votes. */
const FILMS = [7, 0, 2, 5, 3].map((reviews, film) =>
  thing(`f${film}`, {
    reviews: many(reviews, `f${film}r`, (at) => ({ votes: many((at * 3) % 5, `f${film}r${at}v`) })),
  }),
);
const REVIEWS = FILMS.flatMap((film) => film.lists["reviews"] ?? []);

function run(made: Api, fields: RowStep["fields"], config: Partial<GraphqlConfig> = {}): Promise<StepRun> {
  return rowStep({ fields, execute: made.execute, config }, made.rows.slice(0, 3), made.rows.slice(3));
}

describe("connections inside of rows", () => {
  test("are read to their end, into tables, at any depth", async () => {
    const made = api(FILMS);
    const done = await run(made, TABLES);
    expect(done.record.steps[0]?.error).toBeUndefined();
    expect(await done.query("SELECT id FROM films")).toEqual(FILMS.map(({ id }) => ({ id })));
    expect(
      await done.query(
        "SELECT _parent_id AS parent, _index AS place, id FROM films__reviews ORDER BY parent, place",
      ),
    ).toEqual(rowsOf(FILMS, "reviews"));
    expect(
      await done.query(
        "SELECT _parent_id AS parent, _index AS place, id FROM films__votes ORDER BY parent, place",
      ),
    ).toEqual(rowsOf(REVIEWS, "votes"));
    const pagesAfterFirst = (things: readonly Thing[]): number =>
      Math.max(Math.ceil(things.length / PAGE) - 1, 0);
    const expected = [...FILMS, ...REVIEWS].reduce(
      (sum, { lists }) =>
        sum + Object.values(lists).reduce((more, things) => more + pagesAfterFirst(things), 0),
      0,
    );
    expect(made.requests).toHaveLength(expected);
  });

  test("the tables' rows stand in one order, however fast answers come, and requests are bounded", async () => {
    const orders = [];
    for (const delay of [() => 0, (n: number) => (n % 3) * 7, (n: number) => 20 - (n % 5) * 4]) {
      const made = api(FILMS, delay);
      const done = await run(made, TABLES, { max_concurrent: 3 });
      orders.push(
        await done.query("SELECT id FROM films__reviews"),
        await done.query("SELECT id FROM films__votes"),
      );
      expect(made.most()).toBe(3);
    }
    expect(orders[2]).toEqual(orders[0]);
    expect(orders[4]).toEqual(orders[0]);
    expect(orders[3]).toEqual(orders[1]);
    expect(orders[5]).toEqual(orders[1]);
  });

  test("are completed in their cell where lists are JSON, without what the plan has added", async () => {
    const made = api(FILMS);
    const done = await run(made, CELLS);
    expect(done.record.steps[0]?.error).toBeUndefined();
    const rows = await done.query('SELECT id, "reviews.nodes" AS reviews FROM films');
    const withVotes = (things: readonly Thing[] = []): JsonInput =>
      things.map(({ id, lists }) => ({
        id,
        votes: { nodes: (lists["votes"] ?? []).map((vote) => ({ id: vote.id })) },
      }));
    expect(
      rows.map(({ id, reviews }) => ({ id, reviews: JSON.parse(reviews as string) as JsonInput })),
    ).toEqual(FILMS.map(({ id, lists }) => ({ id, reviews: withVotes(lists["reviews"]) })));
  });

  test("objects that stay JSON are complete, too", async () => {
    const made = api(FILMS);
    const reviews = object("reviews", [object("nodes", [ID], { list: true })], {
      list: false,
      flatten: false,
      connection: connection("reviews"),
    });
    const done = await run(made, [ID, reviews], { flatten_result: false });
    const rows = await done.query("SELECT reviews FROM films");
    expect(rows.map((row) => JSON.parse(row["reviews"] as string) as JsonInput)).toEqual(
      FILMS.map(({ lists }) => ({ nodes: (lists["reviews"] ?? []).map(({ id }) => ({ id })) })),
    );
  });

  test("cells of child tables are complete, too, on the first page and on the others", async () => {
    const films = many(3, "f", (at) => ({
      cast: many(at * 2, `f${at}c`, () => ({ awards: many(3, `f${at}a`) })),
    }));
    const made = api(films);
    const awards = object("awards", [object("nodes", [ID], { list: true })], {
      list: false,
      flatten: false,
      connection: connection("awards"),
    });
    const done = await rowStep(
      { fields: [ID, connected("cast", [ID, awards], "cast")], execute: made.execute },
      made.rows,
    );
    expect(done.record.steps[0]?.error).toBeUndefined();
    const cells = await done.query(
      "SELECT DISTINCT _parent_id AS film, awards FROM films__cast ORDER BY film",
    );
    expect(cells).toEqual(
      [1, 2].map((at) => ({
        film: `f${at}`,
        awards: `{"nodes":[{"id":"f${at}a0"},{"id":"f${at}a1"},{"id":"f${at}a2"}]}`,
      })),
    );
    expect(await done.query("SELECT count(*) AS n FROM films__cast")).toEqual([{ n: 6n }]);
  });

  test("a null connection has no items", async () => {
    const done = await rowStep({ fields: TABLES }, [{ id: "a", _type: "Thing", reviews: null }]);
    expect(done.record.steps[0]?.error).toBeUndefined();
    expect(await done.query("FROM films__reviews")).toEqual([]);
  });
});

function rowsOf(things: readonly Thing[], key: string): readonly unknown[] {
  return things
    .flatMap(({ id, lists }) =>
      (lists[key] ?? []).map((inner, at) => ({ parent: id, place: BigInt(at), id: inner.id })),
    )
    .toSorted((a, b) => (a.parent < b.parent ? -1 : a.parent > b.parent ? 1 : Number(a.place - b.place)));
}

describe("a connection that cannot be read to its end fails the step", () => {
  const more = (endCursor: JsonInput): JsonObject => ({
    nodes: [{ id: "r" }],
    pageInfo: { hasNextPage: true, endCursor },
  });
  const film = (reviews: JsonInput, others: JsonObject = {}): JsonObject => ({
    id: "a",
    _type: "Thing",
    reviews,
    ...others,
  });
  const FLAT: readonly (readonly [string, RowStep["fields"]])[] = [
    ["tables", [ID, connected("reviews", [ID], "reviews")]],
    ["cells", [ID, connected("reviews", [ID])]],
  ];
  const cases: readonly (readonly [
    string,
    JsonObject,
    readonly (JsonInput | undefined)[],
    string,
    RegExp,
  ])[] = [
    ["the same cursor twice", film(more("x")), [more("x")], "cursor_repeated", /reviews of Thing "a"/],
    [
      "cursors in a circle",
      film(more("x")),
      ["y", "z", "x", "y", "z", "x"].map((cursor) => more(cursor)),
      "cursor_repeated",
      /reviews of Thing "a"/,
    ],
    ["no cursor", film(more(null)), [], "no_cursor", /reviews of "a"/],
    ["no cursor later", film(more("x")), [more(null)], "no_cursor", /reviews of Thing "a"/],
    ["no page info", film({ nodes: [], pageInfo: null }), [], "no_page_info", /reviews of "a"/],
    [
      "no items later",
      film(more("x")),
      [{ nodes: null, pageInfo: { hasNextPage: false } }],
      "no_items",
      /reviews of Thing "a"/,
    ],
    ["the parent gone", film(more("x")), [null], "parent_gone", /reviews of Thing "a"/],
    ["no key", film(more("x"), { id: null }), [], "no_parent_key", /id/],
  ];
  for (const [how, fields] of FLAT) {
    test.each(cases)(`${how}: %s`, async (_what, row, answers, code, message) => {
      const left = [...answers];
      const execute: Execute = async () => {
        const node = { reviews: left.shift() ?? null };
        return { body: { data: { node } }, data: { node }, errors: [] };
      };
      const done = await rowStep({ fields, execute }, [row]);
      const { error } = done.record.steps[0] ?? {};
      expect(error?.code).toBe(`graphql.${code}`);
      expect(error?.message).toMatch(message);
    });
  }

  test("not for an id beyond what a double holds", async () => {
    const asked: unknown[] = [];
    const execute: Execute = async ({ variables }) => {
      asked.push(JSON.stringify(variables["_id"]));
      const node = { reviews: { nodes: [{ id: "s" }], pageInfo: { hasNextPage: false } } };
      return { body: { data: { node } }, data: { node }, errors: [] };
    };
    const row = film(more("x"), { id: new JsonNumeral("9007199254740993") });
    const done = await rowStep({ fields: FLAT[0]?.[1], execute }, [row]);
    expect(done.record.steps[0]?.error).toBeUndefined();
    expect(asked).toEqual(["9007199254740993"]);
  });

  test("the first error ends the other requests, also those before it, and is the one that is told", async () => {
    const ended: string[] = [];
    const execute: Execute = async ({ variables }, signal) => {
      const id = variables["_id"] as string;
      if (id === "f1") throw new Error("f1 cannot be read");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      ended.push(id);
      throw signal.reason;
    };
    const films = many(5, "f", () => ({ reviews: many(3, "r") }));
    const done = await rowStep({ fields: TABLES, execute, config: { max_concurrent: 3 } }, films.map(answer));
    expect(done.record.steps[0]?.error?.message).toContain("f1 cannot be read");
    expect(ended.toSorted()).toEqual(["f0", "f2"]);
  });

  test("a cell that grows beyond its bound", async () => {
    const text = "x".repeat(5_000_000);
    let cursor = 0;
    const execute: Execute = async () => {
      const node = {
        reviews: { nodes: [{ id: text }], pageInfo: { hasNextPage: true, endCursor: String(++cursor) } },
      };
      return { body: { data: { node } }, data: { node }, errors: [] };
    };
    const done = await rowStep({ fields: FLAT[1]?.[1], execute }, [film(more("start"))]);
    expect(done.record.steps[0]?.error).toMatchObject({ code: "graphql.cell_too_large" });
    expect(done.record.steps[0]?.error?.hint).toContain("arrays: tables");
    expect(cursor).toBe(14);
  });
});

import { describe, expect, test } from "vitest";
import { extractorProject, type ExtractorRun } from "./run-extractor.ts";
import { answer, movies, startApi, type Api, type Fault } from "./server/api.ts";

const RELAY = `query Movies($after: String) {
  movies(first: 10, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } totalCount }
}`;
const OFFSET = "query Movies($offset: Int) { list(limit: 10, offset: $offset) { id title } }";
const PAGE = "query Movies($page: Int) { list(limit: 10, page: $page) { id title } }";
const KEYSET = "query Movies($id: ID) { list(limit: 10, afterId: $id) { id title } }";

const IDS = "SELECT id FROM films";
const ids = (count: number): readonly string[] => movies(count).map(({ id }) => id);

const variablesOf = (api: Api): readonly unknown[] => api.requests.map(({ body }) => body.variables);

async function run(api: Api, config: Readonly<Record<string, unknown>>): Promise<ExtractorRun> {
  return extractorProject({ endpoint: api.url, ...config }).run();
}

/** Answers with pages made beforehand, the last one again and again. */
function pages(...bodies: readonly unknown[]): Fault {
  return (n, _, response) => answer(response, bodies[Math.min(n, bodies.length) - 1]);
}

/** A page of a Relay connection. */
function page(nodes: unknown, pageInfo: unknown, errors?: unknown): unknown {
  return { data: { movies: { nodes, pageInfo } }, ...(errors === undefined ? {} : { errors }) };
}

const row = (id: number): unknown => ({ id: String(id), title: null });

describe("Relay connections", () => {
  test("are read to their end, one request a page", async () => {
    const api = await startApi(movies(25));
    const done = await run(api, { query: RELAY });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(ids(25));
    expect(variablesOf(api)).toEqual([{}, { after: "c10" }, { after: "c20" }]);
    expect(done.metrics).toMatchObject({ requests_made: 3, pages_fetched: 3, retries: 0 });
  });

  test("give their nodes by edges, too", async () => {
    const query = RELAY.replace("nodes { id title }", "edges { node { id title } }");
    const done = await run(await startApi(movies(25)), { query });
    expect(await done.values(IDS)).toEqual(ids(25));
  });

  test("begin where the variables say", async () => {
    const done = await run(await startApi(movies(25)), { query: RELAY, variables: { after: "c20" } });
    expect(await done.values(IDS)).toEqual(["21", "22", "23", "24", "25"]);
  });

  test("go on after an empty page as long as the cursor moves", async () => {
    const api = await startApi(
      [],
      pages(
        page([row(1)], { hasNextPage: true, endCursor: "a" }),
        page([], { hasNextPage: true, endCursor: "b" }),
        page([row(2)], { hasNextPage: false, endCursor: null }),
      ),
    );
    expect(await (await run(api, { query: RELAY })).values(IDS)).toEqual(["1", "2"]);
  });

  test("without rows make an empty table", async () => {
    const done = await run(await startApi([]), { query: RELAY });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual([]);
  });

  test.each([
    ["null", { hasNextPage: true, endCursor: null }, "graphql.broken_pages", "endCursor is null"],
    ["empty", { hasNextPage: true, endCursor: "" }, "graphql.broken_pages", "endCursor is empty"],
    ["missing", { hasNextPage: true }, "graphql.no_such_field", 'no field "endCursor"'],
  ])("that are to go on, with a cursor that is %s, are an error", async (_, info, code, message) => {
    const done = await run(await startApi([], pages(page([row(1)], info))), { query: RELAY });
    expect(done.error).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  test.each([
    ["null", null, "graphql.broken_pages"],
    ["no object", 1, "graphql.no_such_field"],
    ["without hasNextPage", { endCursor: "x" }, "graphql.no_such_field"],
    ["with a hasNextPage that is null", { hasNextPage: null, endCursor: "x" }, "graphql.broken_pages"],
    ["with a hasNextPage that is a text", { hasNextPage: "false", endCursor: "x" }, "graphql.broken_pages"],
  ])("with a pageInfo that is %s do not end quietly", async (_, info, code) => {
    const done = await run(await startApi([], pages(page([row(1)], info))), { query: RELAY });
    expect(done.error).toMatchObject({ code });
  });

  test.each([
    ["the same cursor twice", ["a", "a"]],
    ["a circle of three cursors", ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"]],
  ])("with %s are an error", async (_, cursors) => {
    const bodies = cursors.map((endCursor) => page([row(1)], { hasNextPage: true, endCursor }));
    const done = await run(await startApi([], pages(...bodies)), { query: RELAY });
    expect(done.error).toMatchObject({ code: "http.cursor_repeated" });
  });

  test("that become null on a later page are an error", async () => {
    const later = { data: { movies: null } };
    const api = await startApi([], pages(page([row(1)], { hasNextPage: true, endCursor: "a" }), later));
    const done = await run(api, { query: RELAY });
    expect(done.error).toMatchObject({ code: "graphql.broken_pages" });
  });

  test("that are null from the start have no rows, and the run says so", async () => {
    const query = RELAY.replace("movies(first: 10, after: $after)", "nothing").replace(
      "($after: String)",
      "",
    );
    const done = await run(await startApi([]), { query, pagination_enabled: false });
    expect(done.error).toBeUndefined();
    expect(await done.values("SELECT count(*)::INTEGER FROM films")).toEqual([0]);
    expect(done.warnings).toContainEqual(expect.stringContaining("There is null where the rows"));
  });
});

describe("other pages", () => {
  test.each([
    ["offset", OFFSET, { pagination_variable_name: "offset" }, [0, 10, 20, 25]],
    ["page", PAGE, { pagination_variable_name: "page" }, [1, 2, 3, 4]],
    [
      "keyset",
      KEYSET,
      { pagination_variable_name: "id", pagination_key: "id" },
      [undefined, "10", "20", "25"],
    ],
  ])("by %s end at the first empty one", async (pagination, query, config, begins) => {
    const api = await startApi(movies(25));
    const done = await run(api, { query, pagination, ...config });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(ids(25));
    const { pagination_variable_name: name } = config;
    expect(api.requests.map(({ body }) => body.variables[name])).toEqual(begins);
  });

  test.each([
    ["offset", OFFSET],
    ["page", PAGE],
  ])("by %s that do not heed the variable are no endless result", async (pagination, query) => {
    // Without a key to go by.
    const api = await startApi([], pages({ data: { list: [{ title: "A" }, { title: "B" }] } }));
    const titles = query.replace("{ id title }", "{ title }");
    const done = await run(api, { query: titles, pagination, pagination_variable_name: pagination });
    expect(done.error).toMatchObject({ code: "graphql.repeated_page" });
    expect(api.requests).toHaveLength(2);
  });

  test("by offset advance by the rows that came, null ones included", async () => {
    const lists = [[row(1), null, row(2)], [row(3)], []].map((list) => ({ data: { list } }));
    const api = await startApi([], pages(...lists));
    const done = await run(api, { query: OFFSET, pagination: "offset", pagination_variable_name: "offset" });
    expect(variablesOf(api)).toEqual([{ offset: 0 }, { offset: 3 }, { offset: 4 }]);
    expect(await done.values(IDS)).toEqual(["1", "2", "3"]);
    expect(done.metrics).toMatchObject({ null_rows: 1 });
    expect(done.warnings).toContainEqual(expect.stringContaining("1 items are null"));
  });

  test.each([
    ["offset", OFFSET],
    ["page", PAGE],
  ])("by %s do not end with null in the place of the rows", async (pagination, query) => {
    const api = await startApi([], pages({ data: { list: [row(1)] } }, { data: { list: null } }));
    const done = await run(api, { query, pagination, pagination_variable_name: pagination });
    expect(done.error).toMatchObject({ code: "graphql.broken_pages" });
  });

  test("begin at pagination_start", async () => {
    const api = await startApi(movies(25));
    const config = { query: OFFSET, pagination: "offset", pagination_variable_name: "offset" };
    const done = await run(api, { ...config, pagination_start: 20 });
    expect(await done.values(IDS)).toEqual(["21", "22", "23", "24", "25"]);
  });

  test("end where an answer says so, when it does", async () => {
    const query = `query Movies($page: Int) { list(limit: 10, page: $page) { id } movies { pageInfo { hasNextPage } } }`;
    const bodies = [true, false].map((hasNextPage) => ({
      data: { list: [{ id: "1" }], movies: { pageInfo: { hasNextPage } } },
    }));
    const api = await startApi([], pages(...bodies));
    const done = await run(api, {
      query,
      pagination: "page",
      pagination_variable_name: "page",
      pagination_path: "data.movies.pageInfo",
      data_path: "data.list",
    });
    expect(done.error).toBeUndefined();
    expect(api.requests).toHaveLength(2);
  });

  test("by key, in a row that has none, say that it is the row", async () => {
    const api = await startApi([], pages({ data: { list: [{ title: "x" }] } }));
    const config = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" };
    const { error } = await run(api, { query: KEYSET, ...config });
    expect(error?.message).toContain('The row has no field "id" (pagination_key): it has title');
    expect(error?.hint).toContain("Every row has to have it");
  });

  test.each([
    ["null", { id: null }, "graphql.broken_pages"],
    ["missing", {}, "graphql.no_such_field"],
    ["an object", { id: {} }, "graphql.broken_pages"],
  ])("by key, with one that is %s, are an error", async (_, last, code) => {
    const api = await startApi([], pages({ data: { list: [last] } }));
    const config = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" };
    const done = await run(api, { query: KEYSET, ...config });
    expect(done.error).toMatchObject({ code });
  });

  /** Pages of two lists, of which those at offset 4 have no items. */
  const listsOf: Fault = (_, { body }, response) => {
    const from = Number(body.variables["offset"] ?? body.variables["page"]);
    const all = [[1, 2], [3, 4], [5], [], [], [], [6]].map((items) => ({
      items: items.map((id) => ({ id })),
    }));
    const begin = body.variables["page"] === undefined ? from : (from - 1) * 2;
    return answer(response, { data: { list: all.slice(begin, begin + 2) } });
  };

  test.each(["offset", "page"])("by %s go by the list that has them, not by its rows", async (pagination) => {
    for (const data_path of ["data.list.items", "$.data.list[*].items[?@.id > 0]"]) {
      const done = await run(await startApi([], listsOf), {
        query: `query ($${pagination}: Int) { list(${pagination}: $${pagination}) { items { id } } }`,
        pagination,
        pagination_variable_name: pagination,
        data_path,
      });
      expect(done.error).toBeUndefined();
      expect(await done.values(IDS)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    }
  });

  test.each([
    ["no list", { list: { items: [] } }, "data.list", /no list on the way to the rows/],
    [
      "a list above it",
      { list: [{ items: [row(1)] }] },
      "data.list.items",
      /list is a list, and each of its/,
    ],
  ])("by offset, of %s, are an error", async (_, data, data_path, message) => {
    const query = "query ($offset: Int) { list { items(offset: $offset) { id } } }";
    const config = { pagination: "offset", pagination_variable_name: "offset", data_path };
    const done = await run(await startApi([], pages({ data })), { query, ...config });
    expect(done.error).toMatchObject({
      code: "graphql.broken_pages",
      message: expect.stringMatching(message) as string,
    });
  });

  test.each(["$.data.list[?@.id > 5]", "data.list.items"])(
    "by key, of which %s leaves no key, are an error",
    async (data_path) => {
      const api = await startApi([], pages({ data: { list: [{ id: 1, items: [] }] } }));
      const query = "query ($id: ID) { list(after: $id) { id items { id } } }";
      const config = {
        pagination: "keyset",
        pagination_variable_name: "id",
        pagination_key: "id",
        data_path,
      };
      const done = await run(api, { query, ...config, dtype: { id: "BIGINT" } });
      expect(done.error).toMatchObject({ code: "graphql.broken_pages" });
      expect(done.error?.message).toContain("0 rows of its 1 items");
    },
  );

  test.each(["offset", "page"])("by %s, that the server repeats, are an error", async (pagination) => {
    const api = await startApi([], (n, _, response) =>
      answer(response, { data: { list: [row(Math.min(n, 3)), row(Math.min(n, 3) + 10)] } }),
    );
    const query = pagination === "page" ? PAGE : OFFSET;
    const done = await run(api, { query, pagination, pagination_variable_name: pagination });
    expect(done.error).toMatchObject({ code: "graphql.repeated_page" });
    expect(api.requests).toHaveLength(4);
  });

  test("by key, with one that does not move, are an error", async () => {
    const api = await startApi([], pages({ data: { list: [row(1)] } }));
    const config = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" };
    expect((await run(api, { query: KEYSET, ...config })).error).toMatchObject({
      code: "http.cursor_repeated",
    });
  });

  test("by key, with one that rows share, are an error", async () => {
    const last = { id: "2", title: "x" };
    const api = await startApi([], pages({ data: { list: [row(1), last, last] } }, { data: { list: [] } }));
    const config = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" };
    expect((await run(api, { query: KEYSET, ...config })).error).toMatchObject({
      code: "graphql.shared_key",
      message: expect.stringContaining('the same id (pagination_key), "2"') as string,
    });
  });

  test("by key keep a key beyond what a double holds", async () => {
    const api = await startApi(
      [],
      pages('{"data":{"list":[{"id":9007199254740993,"title":"a"}]}}', { data: { list: [] } }),
    );
    const config = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" };
    const done = await run(api, { query: KEYSET, ...config, dtype: { id: "BIGINT" } });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual([9007199254740993n]);
  });
});

describe("max_pages", () => {
  test("is an error when there is more", async () => {
    const done = await run(await startApi(movies(25)), { query: RELAY, max_pages: 2 });
    expect(done.error).toMatchObject({ code: "graphql.too_many_pages" });
  });

  test("is none when there is not", async () => {
    const done = await run(await startApi(movies(20)), { query: RELAY, max_pages: 2 });
    expect(done.error).toBeUndefined();
    expect(done.metrics).toMatchObject({ truncated: 0 });
  });

  test("ends there with allow_truncated, and says that there is more", async () => {
    const api = await startApi(movies(25));
    const done = await run(api, { query: RELAY, max_pages: 2, allow_truncated: true });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(ids(20));
    expect(api.requests).toHaveLength(2);
    expect(done.metrics).toMatchObject({ truncated: 1 });
    expect(done.warnings).toContainEqual(expect.stringContaining("there are more"));
    expect(done.events).toContainEqual(expect.objectContaining({ event: "graphql.truncated", pages: 2 }));
  });
});

describe("pagination_total_path", () => {
  const config = { query: RELAY, pagination_total_path: "data.movies.totalCount" };

  test("agrees with the rows that came", async () => {
    expect((await run(await startApi(movies(25)), config)).error).toBeUndefined();
  });

  test("is an error when it does not", async () => {
    const body = { data: { movies: { nodes: [row(1)], pageInfo: { hasNextPage: false }, totalCount: 2 } } };
    const done = await run(await startApi([], pages(body)), config);
    expect(done.error).toMatchObject({ code: "graphql.wrong_total" });
  });

  test("has to be a number", async () => {
    const body = {
      data: { movies: { nodes: [row(1)], pageInfo: { hasNextPage: false }, totalCount: null } },
    };
    const done = await run(await startApi([], pages(body)), config);
    expect(done.error).toMatchObject({ code: "graphql.no_total" });
  });

  test("is no matter when the rest was left out", async () => {
    const api = await startApi(movies(25));
    const done = await run(api, { ...config, max_pages: 1, allow_truncated: true });
    expect(done.error).toBeUndefined();
  });
});

describe("rows", () => {
  test("are found by a JSONPath, too", async () => {
    const body = { data: { list: [row(1), { id: "2", title: "Two" }] } };
    const api = await startApi([], pages(body));
    const done = await run(api, { query: OFFSET, data_path: "$.data.list[?@.title != null]" });
    expect(await done.values(IDS)).toEqual(["2"]);
  });

  test("are no mistake where a filter finds none", async () => {
    const api = await startApi([], pages({ data: { list: [row(1)] } }));
    const done = await run(api, {
      query: OFFSET,
      data_path: "$.data.list[?@.title != null]",
      dtype: { id: "VARCHAR" },
    });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual([]);
  });

  test("at a place that is not there are an error, which says what is", async () => {
    const api = await startApi([], pages({ data: { films: [], count: 0 } }));
    for (const data_path of ["data.list", "$.data.list[?@.title != null]"]) {
      const done = await run(api, { query: OFFSET, data_path });
      expect(done.error).toMatchObject({ code: "graphql.no_such_field" });
      expect(done.error?.message).toContain('data has no field "list" (data_path): it has films, count');
    }
  });

  test.each([
    [
      "a single object are one row",
      "{ one { id title } }",
      { one: { id: "1", title: "One" } },
      { id: "1", title: "One" },
    ],
    ["a scalar are one row with a value", "{ number }", { number: 42 }, { value: 42n }],
  ])("of %s", async (_, query, data, expected) => {
    const done = await run(await startApi([], pages({ data })), { query });
    expect(done.error).toBeUndefined();
    expect(await done.query("FROM films")).toEqual([expected]);
  });

  test("that are null among others are left out and counted", async () => {
    const body = page([row(1), null, row(2)], { hasNextPage: false, endCursor: null });
    const done = await run(await startApi([], pages(body)), { query: RELAY });
    expect(await done.values(IDS)).toEqual(["1", "2"]);
    expect(done.metrics).toMatchObject({ null_rows: 1 });
  });

  test("of edges without a node count as null", async () => {
    const query = RELAY.replace("nodes { id title }", "edges { node { id title } }");
    const edges = [{ node: row(1) }, { node: null }, null];
    const body = { data: { movies: { edges, pageInfo: { hasNextPage: false } } } };
    const done = await run(await startApi([], pages(body)), { query });
    expect(await done.values(IDS)).toEqual(["1"]);
    expect(done.metrics).toMatchObject({ null_rows: 2 });
  });
});

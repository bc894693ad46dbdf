import { parse, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { childrenOf, columnsOf, MOVIES, LOOKUP, nestedOf, planOf } from "./config.ts";

const PAGES = "pageInfo { hasNextPage endCursor }";
const RELAY = `query Movies($after: String) { movies(first: 100, after: $after) { nodes { id title } ${PAGES} } }`;

test("of a connection inside of rows only the page that the query asks for, where that is wanted", () => {
  const query = `query ($a: String) { repos(after: $a) { nodes { commits(last: 1) { nodes { sha } } } ${PAGES} } }`;
  const plan = planOf(query, { nested: { "repos.nodes.commits": { ...LOOKUP, follow: false } } });
  expect(nestedOf(plan.rows.table)).toEqual([]);
  expect(columnsOf(plan.rows.table)).toEqual(["commits.nodes JSON"]);
});

describe("pagination", () => {
  test("a connection is found in the query", () => {
    const { pagination, rows, operationName, variables } = planOf(RELAY);
    expect(pagination).toEqual({
      kind: "relay",
      variable: "after",
      cursor: ["data", "movies", "pageInfo", "endCursor"],
      hasNext: ["data", "movies", "pageInfo", "hasNextPage"],
      totalPath: undefined,
    });
    expect(rows).toMatchObject({ path: ["data", "movies", "nodes"], jsonPath: "$.data.movies.nodes" });
    expect(operationName).toBe("Movies");
    expect(variables).toEqual([{ name: "after", required: false }]);
  });

  test("under aliases, with edges, through fragments", () => {
    const { pagination, rows } = planOf(`
      query ($c: String) { films: movies(first: 5, after: $c) { ...Page list: edges { item: node { ...Fields } } } }
      fragment Page on MovieConnection { at: pageInfo { more: hasNextPage ... on PageInfo { last: endCursor } } }
      fragment Fields on Movie { id t: title }`);
    expect(pagination).toMatchObject({
      variable: "c",
      cursor: ["data", "films", "at", "last"],
      hasNext: ["data", "films", "at", "more"],
    });
    expect(rows.path).toEqual(["data", "films", "list", "item"]);
    expect(rows.jsonPath).toBe("$.data.films.list[*].item");
    expect(columnsOf(rows.table)).toEqual(["id ?", "t ?"]);
  });

  test("an object that calls some of its fields nodes is none", () => {
    const query = "{ clusters { id nodes { id } graph { nodes { id } edges { from to } area } } }";
    expect(planOf(query)).toMatchObject({ pagination: undefined, rows: { path: ["data", "clusters"] } });
  });

  test("a connection inside of objects", () => {
    const { pagination } = planOf(
      `query ($after: String) { org { repos(first: 9, after: $after) { nodes { id } ${PAGES} } } }`,
    );
    expect(pagination).toMatchObject({ cursor: ["data", "org", "repos", "pageInfo", "endCursor"] });
  });

  test("data_path chooses among several connections; the others are not read", () => {
    const query = `query ($a: String, $b: String) {
      movies(after: $a) { nodes { id } ${PAGES} } actors(after: $b) { nodes { id } ${PAGES} } }`;
    expect(planOf(query, { data_path: "$.data.actors.nodes[*]" })).toMatchObject({
      pagination: { variable: "b" },
      rows: { path: ["data", "actors", "nodes"] },
    });
    expect(planOf(query, { pagination_path: "data.movies.pageInfo" })).toMatchObject({
      pagination: { variable: "a" },
      rows: { path: ["data", "movies", "nodes"] },
    });
  });

  test("pageInfo by another name, as the config has it", () => {
    const query = "query ($from: String) { list(from: $from) { items { id } paging { more next } total } }";
    const plan = planOf(query, {
      pagination_path: "data.list.paging",
      pagination_cursor_field: "next",
      pagination_has_next_field: "more",
      pagination_variable_name: "from",
      pagination_total_path: "data.list.total",
      data_path: "data.list.items",
    });
    expect(plan.pagination).toEqual({
      kind: "relay",
      variable: "from",
      cursor: ["data", "list", "paging", "next"],
      hasNext: ["data", "list", "paging", "more"],
      totalPath: ["data", "list", "total"],
    });
  });

  test.each([
    ["offset", {}, { kind: "offset", start: 0 }],
    ["page", {}, { kind: "page", start: 1 }],
    ["page", { pagination_start: 0 }, { kind: "page", start: 0 }],
    ["keyset", { pagination_key: "author.id" }, { kind: "keyset", key: ["author", "id"] }],
  ] as const)("%s with %o", (pagination, settings, expected) => {
    const query = "query ($p: Int) { movies(limit: 5, p: $p) { id author { id } } }";
    const plan = planOf(query, { pagination, pagination_variable_name: "p", ...settings });
    expect(plan.pagination).toMatchObject({ ...expected, variable: "p" });
    expect(plan.pagination).toHaveProperty("hasNext", undefined);
    expect(plan.rows.path).toEqual(["data", "movies"]);
  });

  test("offset takes hasNextPage where the query has it", () => {
    const query = `query ($o: Int) { movies(first: 5, offset: $o) { nodes { id } pageInfo { hasNextPage } } }`;
    expect(planOf(query, { pagination: "offset", pagination_variable_name: "o" })).toMatchObject({
      pagination: { hasNext: ["data", "movies", "pageInfo", "hasNextPage"] },
      rows: { path: ["data", "movies", "nodes"] },
    });
  });

  test("a keyset may go on from where the run begins", () => {
    const settings = { pagination: "keyset", pagination_variable_name: "id", pagination_key: "id" } as const;
    const incremental = { variable: "id", field: "id", lookback: 0 };
    const { pagination } = planOf("query ($id: ID) { movies(after: $id) { id } }", {
      ...settings,
      incremental,
    });
    expect(pagination).toMatchObject({ kind: "keyset", variable: "id" });
  });

  test("pagination_enabled: false takes what there is", () => {
    const { pagination, rows } = planOf("{ movies(first: 5) { nodes { id } } }", {
      pagination_enabled: false,
    });
    expect(pagination).toBeUndefined();
    expect(rows.path).toEqual(["data", "movies", "nodes"]);
  });
});

describe("rows", () => {
  test.each([
    ["{ movies { id } }", ["data", "movies"]],
    ["{ a: movies { id } version }", ["data"]],
    ["{ version }", ["data", "version"]],
  ])("%s has them in %j", (query, path) => {
    expect(planOf(query).rows.path).toEqual(path);
  });

  test("a JSONPath that is no chain of names makes columns of what comes", () => {
    const { rows } = planOf("{ movies { id old } }", { data_path: "$.data.movies[?@.old == true]" });
    expect(rows).toEqual({
      path: undefined,
      jsonPath: "$.data.movies[?@.old == true]",
      table: { output: undefined, fields: undefined, parentKeys: [] },
    });
  });

  test("extensions can be rows, too", () => {
    const { rows } = planOf("{ version }", { data_path: "extensions.cost" });
    expect(rows).toMatchObject({ path: ["extensions", "cost"], table: { fields: undefined } });
  });
});

describe("columns", () => {
  const query = "{ movies { id Title title director { name born { year } } director_name: x } }";

  test("are the paths, in the order of the query; those that meet are numbered", () => {
    expect(columnsOf(planOf(query).rows.table)).toEqual([
      "id ?",
      "Title ?",
      "title_2 ?",
      "director.name ?",
      "director.born.year ?",
      "director_name ?",
    ]);
    expect(columnsOf(planOf(query, { flatten_separator: "_" }).rows.table)).toEqual([
      "id ?",
      "Title ?",
      "title_2 ?",
      "director_name ?",
      "director_born_year ?",
      "director_name_2 ?",
    ]);
  });

  test("as deep as flatten_depth says", () => {
    expect(columnsOf(planOf(query, { flatten_depth: 1 }).rows.table)).toContain("director.born JSON");
    expect(columnsOf(planOf(query, { flatten_result: false }).rows.table)).toContain("director JSON");
  });

  const typed = `{ allMovies { id key title genre rating budget released seen tags grid director { name } awards { name } } }`;

  test("types are the schema's, and dtype's", () => {
    expect(
      columnsOf(planOf(typed, { dtype: { budget: "HUGEINT", "director.name": "JSON" } }, MOVIES).rows.table),
    ).toEqual([
      "id VARCHAR",
      "key INTEGER",
      "title VARCHAR",
      "genre VARCHAR",
      "rating DOUBLE",
      "budget HUGEINT",
      "released ?",
      "seen BOOLEAN",
      "tags JSON",
      "grid JSON",
      "director.name JSON",
      "awards JSON",
    ]);
  });

  test("types of fields that are named as what every object inherits are not known", () => {
    const { rows } = planOf("{ drivers { constructor toString } }", { dtype: { toString: "VARCHAR" } });
    expect(columnsOf(rows.table)).toEqual(["constructor ?", "toString VARCHAR"]);
  });

  test("arrays: list", () => {
    const columns = columnsOf(planOf(typed, { arrays: "list" }, MOVIES).rows.table);
    expect(columns).toContain("tags VARCHAR[]");
    expect(columns).toContain("grid INTEGER[][]");
    expect(columns).toContain("awards JSON");
  });

  test("a field that may be missing is a column", () => {
    const plan = planOf(
      'query ($w: Boolean!) { search(text: "a") { ... on Movie { id title @include(if: $w) } ... on Actor { id name } } }',
      { variables: { w: true } },
      MOVIES,
    );
    expect(columnsOf(plan.rows.table)).toEqual(["id VARCHAR", "title VARCHAR", "name VARCHAR"]);
  });
});

describe("arrays: tables", () => {
  test("a table for each list, with the keys of its parents", () => {
    const { rows } = planOf(
      "{ allMovies { id title tags awards { id name jury { id name } } director { awards: name } } }",
      { arrays: "tables", dtype: { "awards.name": "JSON" } },
      MOVIES,
    );
    expect(columnsOf(rows.table)).toEqual(["id VARCHAR", "title VARCHAR", "director.awards VARCHAR"]);
    const tables = childrenOf(rows.table).map((table) => [table.output, columnsOf(table), table.parentKeys]);
    const key = [{ column: "_parent_id", path: ["id"], type: "VARCHAR" }];
    expect(tables).toEqual([
      ["tags", ["value VARCHAR"], key],
      ["awards", ["id VARCHAR", "name JSON"], key],
      ["jury", ["id VARCHAR", "name VARCHAR"], key],
    ]);
  });

  test("names that meet get more of their way, and none is taken twice", () => {
    const { rows } = planOf(
      "{ allMovies { id errors: tags relatedTags: tags director { id films(first: 1) { nodes { id errors: tags } pageInfo { hasNextPage endCursor } } } } }",
      { arrays: "tables" },
      MOVIES,
    );
    expect(childrenOf(rows.table).map(({ output }) => output)).toEqual([
      "all_movies_errors",
      "related_tags",
      "films",
      "films_errors",
    ]);
  });

  test("without a schema each field may be a list", () => {
    const { rows } = planOf("{ movies { id tags } }", { arrays: "tables" });
    expect(rows.table.fields?.[1]).toMatchObject({
      column: "tags",
      list: undefined,
      table: { output: "tags", fields: [{ key: "value", column: "value" }], parentKeys: [{ path: ["id"] }] },
    });
  });

  test("rows that are edges have their key in the node", () => {
    const { rows } = planOf(
      `query ($after: String) { movies(after: $after) { edges { cursor node { id tags } } ${PAGES} } }`,
      { arrays: "tables", data_path: "data.movies.edges" },
      MOVIES,
    );
    expect(columnsOf(rows.table)).toEqual(["cursor VARCHAR", "node.id VARCHAR"]);
    expect(childrenOf(rows.table)[0]?.parentKeys).toEqual([
      { column: "_parent_id", path: ["node", "id"], type: "VARCHAR" },
    ]);
  });
});

describe("connections inside of rows", () => {
  const query = `query Movies($after: String, $stars: Int = 3, $n: Int!, $unused: Genre) {
    movies(first: 100, after: $after, genre: $unused) {
      nodes { title director { name } key: id ...R }
      ${PAGES}
    }
  }
  fragment R on Movie { reviews(first: $n, stars: $stars) { ...Page nodes { text id votes { nodes { up } ${PAGES} } } } }
  fragment Page on ReviewConnection { totalCount ${PAGES} }`;
  const settings = { variables: { n: 5 } };

  test("are followed by their parent's key", () => {
    const plan = planOf(query, settings, MOVIES);
    const [reviews, votes, ...none] = nestedOf(plan.rows.table);
    expect(none).toEqual([]);
    expect(reviews).toMatchObject({
      name: "movies.nodes.reviews",
      items: "nodes",
      cursor: ["pageInfo", "endCursor"],
      hasNext: ["pageInfo", "hasNextPage"],
      parentKey: "key",
      parentType: "osiris_type",
      variables: ["stars", "n"],
      answer: ["data", "node", "reviews"],
    });
    expect(votes).toMatchObject({ name: "movies.nodes.reviews.nodes.votes", parentKey: "id", variables: [] });
    expect(validate(MOVIES, parse(plan.text))).toEqual([]);
    expect(plan.text.match(/osiris_type: __typename/g)).toHaveLength(2);
    for (const [nested, type] of [
      [reviews, "Movie"],
      [votes, "Review"],
    ] as const) {
      const { text, operationName } = nested?.followUp(type) ?? { text: "", operationName: "" };
      expect(validate(MOVIES, parse(text))).toEqual([]);
      expect(text).toContain(`query ${operationName}(`);
    }
    expect(reviews?.followUp("Movie").text).toContain(
      "reviews(first: $n, stars: $stars, after: $osiris_after)",
    );
    expect(reviews?.followUp("Movie").text).not.toContain("$unused");
  });

  test("pageInfo of what is followed makes no column", () => {
    expect(columnsOf(planOf(query, settings, MOVIES).rows.table)).toEqual([
      "title VARCHAR",
      "director.name VARCHAR",
      "key VARCHAR",
      "reviews.totalCount INTEGER",
      "reviews.nodes JSON",
    ]);
  });

  test("a node's fields are the row's in a child table of edges", () => {
    const { rows } = planOf(
      `{ allMovies { id reviews(first: 5) { edges { cursor node { id stars } } ${PAGES} } } }`,
      { arrays: "tables" },
      MOVIES,
    );
    const [reviews] = childrenOf(rows.table);
    expect(reviews?.output).toBe("reviews");
    expect(reviews && columnsOf(reviews)).toEqual(["cursor VARCHAR", "id VARCHAR", "stars INTEGER"]);
  });

  test("through another field of the query", () => {
    const nested = {
      "allMovies.reviews": { ...LOOKUP, field: "movie", argument: "key", argument_type: "Int!", key: "key" },
    };
    const plan = planOf(`{ allMovies { key reviews { nodes { id } ${PAGES} } } }`, { nested }, MOVIES);
    const [reviews] = nestedOf(plan.rows.table);
    expect(reviews).toMatchObject({ parentKey: "key", answer: ["data", "movie", "reviews"] });
    expect(validate(MOVIES, parse(reviews?.followUp("Movie").text ?? ""))).toEqual([]);
  });

  test("names of the query are left alone", () => {
    const plan = planOf(
      `query ($osiris_after: String) { movies(after: $osiris_after) {
      nodes { id osiris_type: title reviews { nodes { id } ${PAGES} } } ${PAGES} } }`,
      {},
      MOVIES,
    );
    expect(nestedOf(plan.rows.table)[0]).toMatchObject({
      parentType: "osiris_type_2",
      cursorVariable: "osiris_after_2",
    });
    expect(validate(MOVIES, parse(plan.text))).toEqual([]);
  });

  test("of several types, each by its own", () => {
    const plan = planOf(
      `{ search(text: "x") { ... on Movie { id reviews { nodes { id } ${PAGES} } }
      ... on Actor { id films { nodes { id } ${PAGES} } } } }`,
      {},
      MOVIES,
    );
    const [reviews, films] = nestedOf(plan.rows.table);
    expect(validate(MOVIES, parse(reviews?.followUp("Movie").text ?? ""))).toEqual([]);
    expect(validate(MOVIES, parse(films?.followUp("Actor").text ?? ""))).toEqual([]);
  });
});

test("unused fragments and other operations are not sent", () => {
  const { text } = planOf(
    "query A { a { ...F } } query B { b } fragment F on X { id } fragment G on X { g }",
    {
      operation_name: "A",
    },
  );
  expect(parse(text).definitions).toHaveLength(2);
  expect(text).not.toContain("G");
});

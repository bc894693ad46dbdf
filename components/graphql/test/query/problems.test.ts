import { describe, expect, test } from "vitest";
import type { GraphqlConfig } from "../../src/config.ts";
import { LOOKUP, MOVIES, problemsOf } from "./config.ts";

const PAGES = "pageInfo { hasNextPage endCursor }";

type Case = readonly [query: string, settings: Partial<GraphqlConfig>, expected: readonly RegExp[]];

describe("a document that cannot be sent", () => {
  test.each<Case>([
    ["{ movies { id }", {}, [/^\/query: Syntax Error: .*line 1, column 16 of the query/]],
    ["mutation { add }", {}, [/A mutation cannot be sent: it would change data.*Write a query/]],
    ["subscription { added }", {}, [/A subscription cannot be sent: its answer never ends/]],
    ["fragment F on X { id }", {}, [/There is no query in it/]],
    ["query A { a } query B { b }", {}, [/has 2 operations.*operation_name.*A, B/]],
    [
      "query Movies { a }",
      { operation_name: "Movie" },
      [/^\/operation_name: .*"Movie".*Did you mean "Movies"/],
    ],
    [
      "{ a { ...Fieldz } } fragment Fields on A { id }",
      {},
      [/no fragment "Fieldz" \(line 1, column 7.*Did you mean "Fields"/],
    ],
    ["{ a { ...F } } fragment F on A { b { ...F } }", {}, [/"F" contains itself/]],
    ["{ a(x: $x) }", {}, [/\$x is used and not declared.*Declare it/]],
    ["query ($x: Int) { a }", {}, [/\$x is declared and not used/]],
    ["{ a: x { id } a: y { id } }", {}, [/"a" would be both x and y.*alias/]],
    ["{ a { ...F @defer } } fragment F on A { id }", {}, [/@defer asks for an answer in parts/]],
  ])("%s", (query, settings, expected) => {
    expect(problemsOf(query, settings)).toEqual(matching(expected));
  });

  test("fragments that multiply end soon", () => {
    const fragments = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on X { a: x { ...F${i + 1} } b: x { ...F${i + 1} } }`,
    );
    expect(problemsOf(`{ ...F0 } ${fragments.join(" ")} fragment F40 on X { id }`)).toEqual(
      matching([/more than 10000 fields/]),
    );
  });
});

describe("variables", () => {
  const query = "query ($first: Int!, $since: String!) { movies(first: $first, since: $since) { id } }";

  test.each<Case>([
    [
      query,
      { variables: { first: 1, since: "a", frist: 2 } },
      [/^\/variables\/frist: .*Did you mean "first"/],
    ],
    [query, { variables: { first: 1 } }, [/\$since must have a value.*Set it in variables/]],
    [query, { variables: { first: 1, since: null } }, [/\$since must have a value, and null is none/]],
    [
      query,
      { variables: { first: 1 }, incremental: { variable: "since", field: "id", lookback: 0 } },
      [/\$since must.*incremental.initial/],
    ],
    [
      query,
      { variables: { first: 1, since: "a" }, incremental: { variable: "sinze", field: "id", lookback: 0 } },
      [/^\/incremental\/variable.*"since"/],
    ],
    [
      `query ($a: String) { m(after: $a) { nodes { id } ${PAGES} } }`,
      { incremental: { variable: "a", field: "id", lookback: 0 } },
      [/^\/incremental\/variable: \$a is the variable of the pages/],
    ],
    [
      "query ($o: Int) { movies(offset: $o) { id } }",
      { pagination: "offset", pagination_variable_name: "o", variables: { o: 20 } },
      [/^\/variables\/o: Pages set \$o.*pagination_start/],
    ],
    [
      `query ($a: String!) { m(after: $a) { nodes { id } ${PAGES} } }`,
      {},
      [/\$a must have a value, and the first page.*without "!"/],
    ],
  ])("%s with %o", (given, settings, expected) => {
    expect(problemsOf(given, settings)).toEqual(matching(expected));
  });

  test("have values of the schema's types", () => {
    const text =
      "query ($o: Int, $g: Genre, $l: Int!) { allMovies(limit: $l, offset: $o) { id } movies(genre: $g) { totalCount } }";
    expect(problemsOf(text, { variables: { o: "ten", g: "DARMA", l: "${LIMIT}" } }, MOVIES)).toEqual(
      matching([
        /^\/variables\/o: \$o: Int cannot represent non-integer value: "ten"/,
        /^\/variables\/g: .*"DRAMA"/,
      ]),
    );
  });
});

describe("a query that the schema refuses", () => {
  test.each<Case>([
    [
      "{ allMovies { id titel } }",
      {},
      [/Cannot query field "titel" on type "Movie"\. Did you mean "title"\?.*line 1, column 18/],
    ],
    ["{ allMovies { id director } }", {}, [/must have a selection of subfields/]],
    ["{ search { __typename } }", {}, [/Argument "search" .*|argument "text"/i]],
  ])("%s", (query, settings, expected) => {
    expect(problemsOf(query, settings, MOVIES)).toEqual(matching(expected));
  });
});

describe("what would end after its first page", () => {
  test.each<Case>([
    [
      "{ movies(first: 5) { nodes { id } } }",
      {},
      [
        /movies is a connection, and only its first page would be read \(line 1, column 3.*Add pageInfo { hasNextPage endCursor } beside nodes; movies\(after: \$after\) and the variable \$after: String.*pagination_enabled: false/,
      ],
    ],
    ["{ movies { nodes { id } totalCount } }", {}, [/movies is a connection, .*Add pageInfo/]],
    ["{ movies { edges { node { id } } } }", {}, [/movies is a connection, .*Add pageInfo/]],
    [
      "{ movies { id reviews { nodes { id } } } }",
      { data_path: "data.movies" },
      [/movies.reviews is a connection inside of rows, .*Add pageInfo.*If it is none, set schema/],
    ],
    [
      "query ($a: String) { movies(after: $a) { nodes { id } pageInfo { hasNextPage } } }",
      {},
      [/Add endCursor in movies.pageInfo/],
    ],
    [
      `{ all { id reviews(first: 5) { nodes { id } ${PAGES} } } }`,
      {},
      [/all.reviews is a connection.*Where all is a list, whose items are the rows: data_path: data.all\./],
    ],
    [`{ movies(first: 5, after: "x") { nodes { id } ${PAGES} } }`, {}, [/Add movies\(after: \$after\)/]],
    [
      `query ($b: String) { movies(last: 5, before: $b) { nodes { id } ${PAGES} } }`,
      {},
      [/read backwards \(last, line 1.*Use first and after/],
    ],
    [
      `query ($a: String) { x(after: $a) { nodes { id } ${PAGES} } y(after: $a) { nodes { id } ${PAGES} } }`,
      {},
      [/2 connections beside each other \(x, y\).*a step for each.*data_path: data.x.nodes/],
    ],
    [
      "query ($o: Int) { movies(offset: $o) { id } }",
      { pagination_variable_name: "o" },
      [/^\/pagination_variable_name: .*Set pagination to offset, page or keyset/],
    ],
    ["{ movies { id } }", { pagination: "relay" }, [/^\/pagination: .*no connection/]],
    [
      "{ movies { id } total }",
      { pagination_total_path: "data.total", data_path: "data.movies" },
      [/^\/pagination_total_path: .*no pages are read/],
    ],
    [
      "{ movies { id reviews(first: 3) { nodes { id } } } }",
      { data_path: "data.movies" },
      [
        /movies.reviews is a connection inside of rows, .*Add pageInfo { hasNextPage endCursor } beside nodes/,
      ],
    ],
    [
      `{ movies { title reviews { nodes { id } ${PAGES} } } }`,
      { data_path: "data.movies" },
      [
        /Further pages of movies.reviews are asked for by id, which the query does not select in movies .*Add id in movies, or say in nested\["movies.reviews"\]/,
      ],
    ],
    [
      `query ($after: String) { movies(after: $after) { nodes { id reviews(after: $after) { nodes { id } ${PAGES} } } ${PAGES} } }`,
      {},
      [
        /movies.nodes.reviews and the connection around it share the cursor \$after.*Leave after: out of reviews/,
      ],
    ],
    [
      `{ movies { id reviews(after: "x") { nodes { id } ${PAGES} } } }`,
      { data_path: "data.movies" },
      [/begins after a fixed cursor/],
    ],
    [
      `{ movies { id reviews { nodes { id } edges { node { id } } ${PAGES} } } }`,
      { data_path: "data.movies" },
      [/twice, as nodes and as edges/],
    ],
    [
      `{ movies { id ... on A { r { nodes { id } ${PAGES} } } ... on B { r { nodes { id } ${PAGES} } } } }`,
      { data_path: "data.movies" },
      [/movies.r is selected for several types.*alias of its own, or set schema/],
    ],
    [
      `query ($a: String) { movies(after: $a) { nodes { id } ${PAGES} } }`,
      { data_path: "data" },
      [/rows are data itself.*data_path: data.movies.nodes/],
    ],
    [
      `query ($a: String) { movies(after: $a) { nodes { id } ${PAGES} } }`,
      { data_path: "data.movies" },
      [/the connection itself.*data.movies.nodes/],
    ],
    [
      `query ($a: String) { movies(after: $a) { nodes { id reviews { nodes { id } ${PAGES} } } ${PAGES} } }`,
      { data_path: "data.movies.nodes.reviews.nodes" },
      [
        /^\/data_path: The rows are in movies.nodes.reviews, one connection for each of movies.nodes.*arrays: tables/,
      ],
    ],
    [
      `query ($a: String) { movies(after: $a) { nodes { id reviews { nodes { id } ${PAGES} } } ${PAGES} } }`,
      { data_path: "$.data.movies.nodes[?@.id > 0]", arrays: "tables" },
      [
        /^\/data_path: Further pages of movies.nodes.reviews could not be read.*a chain of names/,
        /^\/arrays: .*stay JSON/,
      ],
    ],
  ])("%s with %o", (query, settings, expected) => {
    expect(problemsOf(query, settings)).toEqual(matching(expected));
  });

  test("by the schema, also where no argument tells", () => {
    const query = "{ allMovies { id director { id films { nodes { id } } } } }";
    expect(problemsOf(query, {}, MOVIES)).toEqual(
      matching([/allMovies.director.films is a connection inside of rows/]),
    );
  });
});

describe("a look-up that the schema does not have", () => {
  test.each<Case>([
    [
      `{ allMovies { id key reviews { nodes { id } ${PAGES} } } }`,
      {
        nested: { "allMovies.reviews": { ...LOOKUP, field: "film" } },
      },
      [
        /^\/nested\/allMovies.reviews: .*through film\(id:\): Cannot query field "film".*There is: movie\(key: Int!\)/,
      ],
    ],
    [
      `{ allMovies { id reviews { nodes { id } ${PAGES} } } }`,
      {
        nested: { "allMovies.review": LOOKUP },
      },
      [/^\/nested\/allMovies.review: .*Did you mean "allMovies.reviews"/],
    ],
  ])("%s with %o", (query, settings, expected) => {
    expect(problemsOf(query, settings, MOVIES)).toEqual(matching(expected));
  });
});

describe("names that the query does not select", () => {
  const query = `query ($after: String) { movies(after: $after) { totalCount nodes { id title author { id } tags { id } } ${PAGES} } }`;

  test.each<Case>([
    [query, { data_path: "data.movies.node" }, [/^\/data_path: .*"node" in movies.*Did you mean "nodes"/]],
    [query, { data_path: "movies.nodes" }, [/^\/data_path: .*data.movies.nodes/]],
    [query, { data_path: "$.data[" }, [/^\/data_path: It is no JSONPath/]],
    [query, { pagination_path: "data.movies.pageInf" }, [/^\/pagination_path: .*Did you mean "pageInfo"/]],
    [query, { pagination_path: "$..pageInfo" }, [/^\/pagination_path: .*no chain of names/]],
    [
      query,
      { pagination_path: "data.movies.pageInfo", pagination_cursor_field: "cursor" },
      [/^\/pagination_cursor_field: /],
    ],
    [
      query,
      { pagination_total_path: "data.movies.total" },
      [/^\/pagination_total_path: .*"total".*totalCount/],
    ],
    [
      query,
      { pagination: "offset", pagination_variable_name: "offset" },
      [/^\/pagination_variable_name: .*\$offset/],
    ],
    [
      query,
      { pagination: "keyset", pagination_variable_name: "after", pagination_key: "author.key" },
      [/^\/pagination_key: .*"key" in movies.nodes.author/],
    ],
    [
      query,
      { pagination: "keyset", pagination_variable_name: "after", pagination_key: "author" },
      [/^\/pagination_key: movies.nodes.author is an object/],
    ],
    [
      query
        .replaceAll("($after: String)", "($after: String, $since: Int)")
        .replace("movies(", "movies(since: $since, "),
      { incremental: { variable: "since", field: "updated", lookback: 0, key: ["ID"] } },
      [/^\/incremental\/field: .*"updated"/, /^\/incremental\/key\/0: .*"id"/],
    ],
    [query, { dtype: { titel: "VARCHAR" } }, [/^\/dtype\/titel: .*Did you mean "title"/]],
    [query, { arrays: "list" }, [/^\/arrays: .*Set schema/]],
  ])("%s with %o", (given, settings, expected) => {
    expect(problemsOf(given, settings)).toEqual(matching(expected));
  });

  test("the key of the rows that a child table belongs to", () => {
    expect(problemsOf("{ allMovies { title tags } }", { arrays: "tables" }, MOVIES)).toEqual(
      matching([
        /The table of allMovies.tags needs the key .* does not select id in allMovies.*Add id in allMovies, or name other fields of it in row_key/,
      ]),
    );
  });
});

function matching(expected: readonly RegExp[]): readonly unknown[] {
  return expected.map((pattern): unknown => expect.stringMatching(pattern));
}

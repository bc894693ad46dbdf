import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret, type OsirisError, type Resource } from "@osiris/core";
import { printSchema, introspectionFromSchema } from "graphql";
import { describe, expect, onTestFinished, test } from "vitest";
import type { GraphqlConnection } from "../src/config.ts";
import { checkConnection } from "../src/discover/check.ts";
import { discoverQueries } from "../src/discover/discover.ts";
import { columnsOf, MOVIES, planOf } from "./query/config.ts";
import { answer, movies, startApi } from "./server/api.ts";

function connection(endpoint: string, more: Partial<GraphqlConnection> = {}): GraphqlConnection {
  return {
    endpoint,
    headers: {},
    auth_type: "none",
    auth_header_name: "X-API-Key",
    timeout: 30,
    validate_ssl: true,
    max_concurrent: 4,
    ...more,
  };
}

const { signal } = new AbortController();

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "osiris-graphql-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "schema"), text);
  return join(folder, "schema");
}

async function failure(work: Promise<unknown>): Promise<OsirisError> {
  return await work.then(
    () => Promise.reject(new Error("it works")),
    (error: unknown) => error as OsirisError,
  );
}

describe("check", () => {
  test("asks the smallest question, with the credentials", async () => {
    const api = await startApi([]);
    const secret = connection(api.url, { auth_type: "bearer", auth_token: new Secret("tok-123456") });
    expect(await checkConnection({ connection: secret, signal })).toEqual({
      details: `GraphQL at ${new URL(api.url).host}`,
    });
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer tok-123456"]);
  });

  test("a connection may leave the endpoint to its steps", async () => {
    expect(await checkConnection({ connection: {}, signal })).toEqual({
      details: "no endpoint: steps bring their own",
    });
  });

  test.each([
    ["401", 401, {}, '{"errors":[{"message":"bad token tok-123456"}]}', "http.unauthorized"],
    ["403", 403, {}, "no", "http.forbidden"],
    ["a page for people", 200, { "content-type": "text/html" }, "<html>hello</html>", "graphql.not_graphql"],
    [
      "another place",
      301,
      { location: "https://elsewhere.example.com/api?key=tok-123456" },
      "",
      "http.redirected",
    ],
    [
      "an error of GraphQL",
      200,
      {},
      '{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}]}',
      "graphql.unauthenticated",
    ],
  ])("says what is wrong: %s", async (_, status, headers, body, code) => {
    const endpoint = await serve((__, response) => answer(response, body, { status, headers }));
    const given = connection(endpoint, { auth_type: "api_key", auth_token: new Secret("tok-123456") });
    const error = await failure(checkConnection({ connection: given, signal }));
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
    expect(`${error.message} ${error.hint}`).not.toContain("tok-123456");
  });

  test("a server that does not speak TLS", async () => {
    const endpoint = await serve((_, response) => answer(response, "{}"));
    const error = await failure(
      checkConnection({ connection: connection(endpoint.replace("http:", "https:")), signal }),
    );
    expect(error.code).toMatch(/^http\./);
    expect(error.hint).toBeTruthy();
  });

  test("reads the schema, too", async () => {
    const { url } = await startApi([]);
    const error = await failure(
      checkConnection({ connection: connection(url, { schema: file("type X") }), signal }),
    );
    expect(error.code).toBe("graphql.bad_schema");
  });
});

describe("discover", () => {
  test("finds what the query gives, with totals and first rows", async () => {
    const { url } = await startApi(movies(120));
    const { resources, incomplete } = await discoverQueries({
      connection: connection(url),
      samples: 2,
      signal,
    });
    expect(incomplete).toBe("nothing cannot be asked for further pages");
    const [found, list, ...others] = resources;
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      name: "movies",
      kind: "connection",
      rows: { count: 120, exact: true },
      samples: [
        { id: "1", title: "Movie 1" },
        { id: "2", title: "Movie 2" },
      ],
    });
    expect(found?.columns.slice(0, 2)).toEqual([
      { name: "id", type: "VARCHAR", sourceType: "ID!", nullable: false },
      { name: "title", type: "VARCHAR", sourceType: "String", nullable: true },
    ]);
    expect(list).toMatchObject({ name: "list", kind: "list" });
    expect(list?.samples).toHaveLength(2);
  });

  test.each([
    ["SDL", printSchema(MOVIES)],
    ["an introspection", JSON.stringify({ data: introspectionFromSchema(MOVIES) })],
    ["what is in its data", JSON.stringify(introspectionFromSchema(MOVIES))],
  ])("takes a schema from a file: %s", async (_, text) => {
    const { resources, incomplete } = await discoverQueries({
      connection: { schema: file(text) },
      samples: 0,
      signal,
    });
    expect(resources.map(({ name, kind }) => [name, kind])).toEqual([
      ["movies", "connection"],
      ["actors", "connection"],
      ["allMovies", "list"],
      ["viewer", "object"],
    ]);
    expect(incomplete).toBe("node, movie, search need arguments");
  });

  test("its queries run as they are: the plan has the columns that were told", async () => {
    const schema = file(printSchema(MOVIES));
    const { resources } = await discoverQueries({ connection: { schema }, samples: 0, signal });
    for (const { columns, config } of resources) {
      const plan = planOf(queryOf(config), {}, MOVIES);
      const planned = columnsOf(plan.rows.table).map((column) => column.replace(/ .*/, ""));
      expect(planned).toEqual(columns.map(({ name }) => name));
    }
    expect(queryOf(resources[0]?.config)).toMatchInlineSnapshot(`
      "query Movies($after: String) {
        movies(first: 100, after: $after) {
          nodes {
            id
            key
            title
            genre
            rating
            budget
            released
            seen
            tags
            grid
            director {
              id
              name
              born
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
      "
    `);
  });

  test("a server that does not tell its schema", async () => {
    const endpoint = await serve((_, response) =>
      answer(response, { errors: [{ message: "introspection is not allowed" }] }, { status: 400 }),
    );
    const error = await failure(discoverQueries({ connection: connection(endpoint), samples: 0, signal }));
    expect(error).toMatchObject({ code: "graphql.no_introspection" });
    expect(error.hint).toContain("Export the schema");
  });

  test("a server that is throttling is not one that does not tell its schema", async () => {
    const body = { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }] };
    const endpoint = await serve((_, response) => answer(response, body));
    const error = await failure(discoverQueries({ connection: connection(endpoint), samples: 0, signal }));
    expect(error).toMatchObject({ code: "graphql.throttled", retryable: true });
  });

  test("a field that cannot be read says why, the others are found", async () => {
    const { url } = await startApi(movies(3), (_, { body }, response) =>
      body.query.includes("list {") ? answer(response, { errors: [{ message: "not for you" }] }) : "pass",
    );
    const { resources } = await discoverQueries({ connection: connection(url), samples: 1, signal });
    expect(resources.find(({ name }) => name === "list")?.problem).toContain("not for you");
    expect(resources.find(({ name }) => name === "movies")?.samples).toHaveLength(1);
  });
});

function queryOf(config: Resource["config"]): string {
  const query = config?.["query"];
  if (typeof query !== "string") throw new Error("There is no query");
  return query;
}

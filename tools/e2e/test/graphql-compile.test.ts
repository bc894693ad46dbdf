import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const SCHEMA = `
type Query { movies(first: Int, after: String): MovieConnection! }
type MovieConnection { nodes: [Movie!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Movie { id: ID! title: String! rating: Float }
`;

const QUERY = `query Movies($after: String) {
          movies(first: 100, after: $after) {
            nodes { id title rating }
            pageInfo { hasNextPage endCursor }
          }
        }`;

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly file: string;
  readonly line: number;
}

/** A pipeline that reads an API which nobody asks here, and a query over its rows. */
function steps(
  config: string,
  query = QUERY,
  sql = "SELECT title, rating * 10 AS score FROM movies",
): string {
  return pipeline(`  - id: movies
    component: graphql.extractor
    mode: read
    config:
      ${config}
      query: |
        ${query}
  - { id: top, component: duckdb.processor, mode: transform, config: { query: "${sql}" } }
`);
}

/** An API that has one page, whatever it is asked. */
async function startApi(): Promise<string> {
  const nodes = [{ id: "1", title: "Solaris", rating: 8.1 }];
  const data = { movies: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function findings(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const { stdout } = await osiris(project(files), "validate", "p.yaml", "--json");
  return (JSON.parse(stdout) as { findings: readonly Finding[] }).findings;
}

const ENDPOINT = "endpoint: https://api.example.com/graphql";
const WITH_SCHEMA = `${ENDPOINT}\n      schema: api/schema.graphql`;

describe("a GraphQL step is checked when it is compiled", () => {
  test("with a schema its columns are known, and SQL is checked against them", async () => {
    const files = { "p.yaml": steps(WITH_SCHEMA), "api/schema.graphql": SCHEMA };
    expect(await findings(files)).toEqual([]);
    const wrong = steps(WITH_SCHEMA, QUERY, "SELECT titel FROM movies");
    expect(await findings({ ...files, "p.yaml": wrong })).toEqual([
      expect.objectContaining({ code: "sql.unknown_column" }),
    ]);
  });

  test("a field that the schema does not have", async () => {
    const wrong = steps(WITH_SCHEMA, QUERY.replace("title", "titel"));
    const found = await findings({ "p.yaml": wrong, "api/schema.graphql": SCHEMA });
    expect(found).toEqual([expect.objectContaining({ code: "config.refused", file: "p.yaml" })]);
    expect(found[0]?.message).toContain('Cannot query field "titel" on type "Movie". Did you mean "title"');
    expect(found[0]?.message).toContain("line 3");
  });

  test("a connection whose pages nothing would ask for", async () => {
    const [found, ...others] = await findings({
      "p.yaml": steps(ENDPOINT, QUERY.replace("pageInfo { hasNextPage endCursor }", "")),
    });
    expect(others).toEqual([]);
    expect(found?.message).toContain("movies is a connection, and only its first page would be read");
    expect(found?.hint).toContain("Add pageInfo { hasNextPage endCursor } beside nodes");
  });

  test("a schema that is missing, or none", async () => {
    const line =
      steps(WITH_SCHEMA)
        .split("\n")
        .findIndex((text) => text.includes("schema:")) + 1;
    expect(await findings({ "p.yaml": steps(WITH_SCHEMA) })).toEqual([
      expect.objectContaining({ code: "config.unreadable_file", line }),
    ]);
    expect(await findings({ "p.yaml": steps(WITH_SCHEMA), "api/schema.graphql": "typ Query" })).toEqual([
      expect.objectContaining({ code: "config.refused", line }),
    ]);
  });

  test("a schema in the connection starts at osiris_connections.yaml", async () => {
    const connection = `connections:\n  graphql:\n    api: { ${ENDPOINT}, schema: api/schema.graphql }\n`;
    const files = {
      "osiris_connections.yaml": connection,
      "api/schema.graphql": SCHEMA,
      "pipelines/p.yaml": steps("connection: '@graphql.api'", QUERY, "SELECT titel FROM movies"),
    };
    const folder = project(files);
    const { stdout } = await osiris(folder, "validate", "pipelines/p.yaml", "--json");
    expect((JSON.parse(stdout) as { findings: unknown }).findings).toEqual([
      expect.objectContaining({ code: "sql.unknown_column" }),
    ]);
    const discovered = await osiris(folder, "discover", "@graphql.api", "--json");
    expect(JSON.parse(discovered.stdout)).toMatchObject({
      resources: [{ name: "movies", kind: "connection", columns: [{ name: "id", type: "VARCHAR" }, {}, {}] }],
    });
  });

  test.each([
    ["allow_truncated: true", /allow_truncated needs max_pages/],
    ["pagination_start: 2", /pagination_start is the first offset or page number/],
  ])("%s alone would do nothing, and is refused", async (setting, says) => {
    const folder = project({ "p.yaml": steps(`${ENDPOINT}\n      ${setting}`) });
    const { exitCode, stderr } = await osiris(folder, "validate", "p.yaml");
    expect(stderr).toMatch(says);
    expect(stderr).toContain("[config.constraint]");
    expect(exitCode).toBe(2);
  });

  test("a run finds that schema at the same place, and makes the columns that were announced", async () => {
    const endpoint = await startApi();
    const folder = project({
      "osiris_connections.yaml": `connections:\n  graphql:\n    api: { endpoint: "${endpoint}", schema: api/schema.graphql }\n`,
      "api/schema.graphql": SCHEMA,
      "pipelines/p.yaml": steps("connection: '@graphql.api'"),
    });
    const { exitCode, stderr } = await osiris(folder, "run", "pipelines/p.yaml");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    // Not pipelines/api/schema.graphql: explain does not know where the connections file will be.
    const explained = JSON.parse((await osiris(folder, "explain", "pipelines/p.yaml", "--json")).stdout);
    expect(explained).toMatchObject({
      steps: [{ files: [{ use: "read", path: "api/schema.graphql" }] }, {}],
    });
    expect(JSON.stringify(explained)).not.toContain('"location"');
    const { stdout } = await osiris(folder, "query", "SELECT title, score FROM top", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ title: "Solaris", score: 81 }] });
  });
});

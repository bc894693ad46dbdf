import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { postgraphileServer, postgresServer, useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { askPostgres, FILM_SCHEMA, makeFilmDatabase } from "../src/film-database.ts";
import { osiris, startOsiris } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

const postgres = useServer(postgresServer());
postgres.prepare(({ url }) => makeFilmDatabase(url));
const postgraphile = useServer(postgraphileServer({ postgres, schema: FILM_SCHEMA }));

interface Run {
  readonly status: string;
  readonly steps: readonly { readonly rows_out: number; readonly error?: unknown }[];
}

/** A project whose steps read the server. JSON is YAML. */
function filmProject(steps: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const all = Object.entries(steps).map(([id, config]) => ({
    id,
    component: "graphql.extractor",
    mode: "read",
    needs: [],
    config: { connection: "@graphql.films", ...config },
  }));
  return project({
    "pipeline.yaml": pipeline(all.map((step) => `  - ${JSON.stringify(step)}\n`).join("")),
    "osiris_connections.yaml": JSON.stringify({
      connections: { graphql: { films: { endpoint: postgraphile.url } } },
    }),
  });
}

async function run(folder: string, ...args: readonly string[]): Promise<Run> {
  const { stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json", ...args);
  if (stdout === "") throw new Error(stderr);
  const record = JSON.parse(stdout) as Run;
  expect(record).toMatchObject({ status: "succeeded" });
  return record;
}

async function queryRun(folder: string, sql: string): Promise<unknown> {
  const { stdout, stderr } = await osiris(folder, "query", sql, "--json", "--limit", "1000");
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly rows: unknown }).rows;
}

/** How many rows there are, and what all their values come to, in one text. */
const digest = (columns: readonly string[], order: string): string => {
  const parts = columns.map((column) => `coalesce(cast(${column} as varchar), '~')`);
  return `cast(count(*) as varchar) as n, md5(string_agg(${parts.join(" || '|' || ")}, '#' order by ${order})) as digest`;
};

/** The same table in PostgreSQL and in the run's database. */
async function expectSame(folder: string, inPostgres: string, inRun: string): Promise<void> {
  const [there] = await askPostgres(postgres.url, inPostgres);
  expect(await queryRun(folder, inRun)).toEqual([there]);
}

const MOVIE_FIELDS = "rowId title directorId budget votes released genre tags facts updatedAt";
const MOVIE_TYPES = {
  rowId: "BIGINT",
  directorId: "BIGINT",
  budget: "DECIMAL(20,4)",
  votes: "BIGINT",
  released: "TIMESTAMPTZ",
  updatedAt: "TIMESTAMPTZ",
};

/** Both databases write these alike. */
const MOVIES_THERE = `select ${digest(
  [
    ...["id", "title", "director_id", "budget", "votes", "(extract(epoch from released) * 1000000)::bigint"],
    ...["genre", "array_length(tags, 1)", "tags[3]", "facts->>'n'", "facts->'deep'->>2"],
    "(extract(epoch from updated_at) * 1000000)::bigint",
  ],
  "id",
)} from ${FILM_SCHEMA}.movies`;
const MOVIES_HERE = (table: string): string =>
  `select ${digest(
    [
      ...['"rowId"', "title", '"directorId"', "budget", "votes", "epoch_us(released)", "genre"],
      ...["nullif(json_array_length(tags), 0)", "tags->>2", "facts->>'n'", "facts->'deep'->>2"],
      'epoch_us("updatedAt")',
    ],
    '"rowId"',
  )} from ${table}`;

describe("all rows of a table", () => {
  const all: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    relay: {
      query: `query Movies($after: Cursor) {
        allMovies(first: 700, after: $after) { nodes { ${MOVIE_FIELDS} } pageInfo { hasNextPage endCursor } totalCount }
      }`,
      pagination_total_path: "data.allMovies.totalCount",
    },
    edges: {
      query: `query Movies($after: Cursor) {
        allMovies(first: 700, after: $after) { edges { node { ${MOVIE_FIELDS} } } pageInfo { hasNextPage endCursor } }
      }`,
      data_path: "data.allMovies.edges[*].node",
    },
    offset: {
      query: `query Movies($offset: Int) { allMovies(first: 700, offset: $offset) { nodes { ${MOVIE_FIELDS} } } }`,
      pagination: "offset",
      pagination_variable_name: "offset",
      data_path: "data.allMovies.nodes",
    },
  };

  test.each(Object.keys(all))("by %s are those of the database, to the last digit", async (way) => {
    const folder = filmProject({ movies: { ...all[way], dtype: MOVIE_TYPES } });
    expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 3000 }] });
    await expectSame(folder, MOVIES_THERE, MOVIES_HERE("movies"));
    const pages = logLines(runFolder(folder), "metrics").filter(({ metric }) => metric === "requests_made");
    // 3,000 rows in pages of 700; an offset learns of its end by an empty page.
    expect(pages.at(-1)).toMatchObject({ value: way === "offset" ? 6 : 5 });
  });
});

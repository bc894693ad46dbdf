import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { postgraphileServer, postgresServer, useServer } from "@osiris/services";
import { describe, expect, test } from "vitest";
import { askPostgres, FILM_SCHEMA, makeFilmDatabase } from "../src/film-database.ts";
import { osiris, startOsiris } from "../src/osiris.ts";
import { logLines, pipeline, project, REPOSITORY, runFolder } from "../src/project.ts";

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
  expect(record.steps.map(({ error }) => error ?? null)).toEqual(record.steps.map(() => null));
  expect(record.status).toBe("succeeded");
  return record;
}

async function queryRun(folder: string, sql: string): Promise<unknown> {
  const { stdout, stderr } = await osiris(folder, "query", sql, "--json", "--limit", "1000");
  if (stdout === "") throw new Error(stderr);
  const { rows } = JSON.parse(stdout) as { readonly rows?: unknown };
  if (rows === undefined) throw new Error(stdout);
  return rows;
}

/** How many rows there are, and what all their values come to, in one text. Columns: a list as after SELECT. */
const digest = (columns: string, order: string): string => {
  const parts = columns.split(/,(?![^()]*\))/).map((column) => `coalesce(cast(${column} as varchar), '~')`);
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
  `id, title, director_id, budget, votes, (extract(epoch from released) * 1000000)::bigint, genre, array_length(tags, 1),
   tags[3], facts->>'n', facts->'deep'->>2, (extract(epoch from updated_at) * 1000000)::bigint`,
  "id",
)} from ${FILM_SCHEMA}.movies`;
const MOVIES_HERE = (table: string): string =>
  `select ${digest(
    `"rowId", title, "directorId", budget, votes, epoch_us(released), genre, nullif(json_array_length(tags), 0),
     tags->>2, facts->>'n', facts->'deep'->>2, epoch_us("updatedAt")`,
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

/** Movies have from none to two thousand reviews: more than a hundred have further pages. */
const NESTED = `query Movies($after: Cursor, $size: Int = 25) {
  allMovies(first: 1000, after: $after) {
    nodes {
      id
      rowId
      reviews: reviewsByMovieId(first: $size) {
        nodes { rowId stars text written }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;
const REVIEWS_THERE = `select ${digest(
  "movie_id, id, stars, text, (extract(epoch from written) * 1000000)::bigint",
  "id",
)} from ${FILM_SCHEMA}.reviews`;

describe("connections inside of rows", () => {
  test.each([
    ["node(id:)", "id", {}],
    [
      "a field of its own",
      "rowId",
      {
        row_key: ["rowId"],
        nested: {
          "allMovies.nodes.reviews": {
            field: "movieByRowId",
            argument: "rowId",
            argument_type: "BigInt!",
            key: "rowId",
          },
        },
      },
    ],
  ])("become a table with the keys of their parents, all of them, by %s", async (_, key, lookup) => {
    const dtype = { rowId: "BIGINT", "reviews.rowId": "BIGINT", "reviews.written": "TIMESTAMPTZ" };
    const folder = filmProject({ movies: { query: NESTED, arrays: "tables", dtype, ...lookup } });
    expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 33_000 }] });
    const columns = 'm."rowId", r."rowId", r.stars, r.text, epoch_us(r.written)';
    const joined = `movies__reviews r join movies m on m."${key}" = r."_parent_${key}"`;
    await expectSame(folder, REVIEWS_THERE, `select ${digest(columns, 'r."rowId"')} from ${joined}`);
    // The places in the lists, which come in pages, have no gaps.
    const places = `select count(*) = max(_index) + 1 as whole from movies__reviews group by "_parent_${key}"`;
    expect(await queryRun(folder, `select distinct whole from (${places})`)).toEqual([{ whole: true }]);
  });

  test("become lists of JSON, all of it", async () => {
    const folder = filmProject({ movies: { query: NESTED } });
    expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 3000 }] });
    const [column] = (await queryRun(
      folder,
      "select column_name as name from (describe movies) where column_name like 'reviews%'",
    )) as readonly { readonly name: string }[];
    const review = `select "rowId" as movie, unnest(cast("${column?.name}" as json[])) as r from movies`;
    const columns = `movie, r->>'rowId', r->>'stars', r->>'text', epoch_us(cast(r->>'written' as timestamptz))`;
    await expectSame(
      folder,
      REVIEWS_THERE,
      `select ${digest(columns, "cast(r->>'rowId' as bigint)")} from (${review})`,
    );
  });

  test("are refused when the pipeline is compiled, where the query does not ask whether there is more", async () => {
    const query = NESTED.replace("pageInfo { hasNextPage endCursor }", "");
    const folder = filmProject({ movies: { query } });
    const { exitCode, stderr } = await osiris(folder, "validate", "pipeline.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("allMovies.nodes.reviews");
  });
});

describe("incremental reading", () => {
  test("takes what was added since, once, when the last run has succeeded", async () => {
    const since = `query Movies($since: Datetime, $after: Cursor) {
      moviesSince(since: $since, first: 400, after: $after) {
        nodes { rowId title updatedAt }
        pageInfo { hasNextPage endCursor }
      }
    }`;
    const insert = (id: number, minute: number): Promise<unknown> =>
      askPostgres(
        postgres.url,
        `insert into ${FILM_SCHEMA}.movies (id, title, updated_at)
         values (${id}, 'New', timestamptz '2026-02-01 00:00:00+00' + ${minute} * interval '1 minute')`,
      );
    const folder = filmProject({
      movies: {
        query: since,
        incremental: { variable: "since", field: "updatedAt", lookback: "1h", key: ["rowId"] },
      },
    });
    try {
      expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 3000 }] });
      await insert(1, 0);
      await insert(2, 1);
      expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 2 }] });
      expect(await queryRun(folder, 'select "rowId" as id from movies order by 1')).toEqual([
        { id: "1" },
        { id: "2" },
      ]);
      // Later than the last one, with an earlier time: within lookback.
      await insert(3, -30);
      expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 1 }] });
      expect(await run(folder)).toMatchObject({ steps: [{ rows_out: 0 }] });
    } finally {
      await askPostgres(postgres.url, `delete from ${FILM_SCHEMA}.movies where id < 10`);
    }
  });
});

describe("a run that is killed", () => {
  test("goes on after its last checkpoint, and has each row once", async () => {
    const folder = filmProject({
      movies: {
        query: `query Movies($after: Cursor) {
          allMovies(first: 10, after: $after) { nodes { ${MOVIE_FIELDS} } pageInfo { hasNextPage endCursor } }
        }`,
        dtype: MOVIE_TYPES,
        checkpoint_seconds: 0,
      },
    });
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const ended = new Promise((resolve) => child.once("close", (_, signal) => resolve(signal)));
    await expect.poll(() => checkpoints(folder), { interval: 5, timeout: 20_000 }).toBeGreaterThan(20);
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const before = checkpoints(folder);
    expect(before).toBeLessThan(300);

    expect(await run(folder, "--resume")).toMatchObject({ steps: [{ rows_out: 3000 }] });
    await expectSame(folder, MOVIES_THERE, MOVIES_HERE("movies"));
    const requests = logLines(runFolder(folder), "metrics").filter(
      ({ metric }) => metric === "requests_made",
    );
    expect(Number(requests.at(-1)?.["value"])).toBeLessThanOrEqual(300 - before + 1);
  });
});

/** Runs the script in the driver's README, for this server. */
async function askForSchema(): Promise<string> {
  const readme = readFileSync(join(REPOSITORY, "components/graphql/README.md"), "utf8");
  const script = /<<'EOF'\n(?<script>.*?)\nEOF/su.exec(readme)?.groups?.["script"] ?? "";
  const own = script.replace("https://api.example.com/graphql", postgraphile.url);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", own], {
    cwd: REPOSITORY,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** How many checkpoints the project's only run has taken. */
function checkpoints(folder: string): number {
  if (!existsSync(join(folder, ".osiris_sessions"))) return 0;
  const file = join(runFolder(folder), "logs/events.jsonl");
  if (!existsSync(file)) return 0;
  return readFileSync(file, "utf8").split('"event":"checkpoint"').length - 1;
}

describe("the server that is asked", () => {
  test("tells its schema to the README's script, and queries are checked against it", async () => {
    const query = `query Movies($after: Cursor) {
      allMovies(first: 1000, after: $after) { nodes { title tags } pageInfo { hasNextPage endCursor } }
    }`;
    const folder = filmProject({ movies: { query, schema: "schema.json", arrays: "list" } });
    writeFileSync(join(folder, "schema.json"), await askForSchema());
    await run(folder);
    expect(await queryRun(folder, "select column_name, column_type from (describe movies)")).toEqual([
      { column_name: "title", column_type: "VARCHAR" },
      { column_name: "tags", column_type: "VARCHAR[]" },
    ]);
    const file = join(folder, "pipeline.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("title tags", "titel tags"));
    const { exitCode, stderr } = await osiris(folder, "validate", "pipeline.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean "title"');
  });

  test("can be checked", async () => {
    const folder = filmProject({ movies: { query: "{ __typename }" } });
    const { exitCode, stdout } = await osiris(folder, "connections", "doctor", "--json");
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { connections: [{ status: "ok" }] }]);
  });

  test("is discovered, and the queries that come of it run", async () => {
    const folder = filmProject({});
    const { stdout, stderr, exitCode } = await osiris(folder, "discover", "@graphql.films", "--yaml");
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("need arguments")]);
    writeFileSync(join(folder, "pipeline.yaml"), pipeline(stdout));
    const { steps } = await run(folder);
    expect(steps).toMatchObject([
      { id: "allmovies", rows_out: 3000 },
      { id: "allpeople", rows_out: 400 },
      { id: "allreviews", rows_out: 30_000 },
      { id: "moviessince", rows_out: 3000 },
    ]);
  });
});

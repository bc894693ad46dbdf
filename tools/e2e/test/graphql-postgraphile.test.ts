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
  const [there] = await askPostgres(postgres.url, `set search_path to ${FILM_SCHEMA}; ${inPostgres}`);
  expect(await queryRun(folder, inRun)).toEqual([there]);
}

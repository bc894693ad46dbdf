import type { RunningServer } from "@osiris/services";
import { mysqlProject, type PipelineRun, type RunOptions } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient } from "./server.ts";

export const ROUTES = ["load_data", "insert"] as const;
export type Route = (typeof ROUTES)[number];

/** Runs a SELECT of DuckDB and appends its rows to a table. */
export function append(
  server: RunningServer,
  query: string,
  config: Readonly<Record<string, unknown>>,
  options: RunOptions = {},
): Promise<PipelineRun> {
  return mysqlProject().run(
    {
      rows: { component: "sql.source", config: { query } },
      write: { component: "mysql.writer", config: { ...connectionConfig(server), ...config } },
    },
    { ...options, environment: environmentOf(server) },
  );
}

/** What the server has, as it writes it. */
export async function rowsOf(server: RunningServer, sql: string): Promise<readonly (readonly unknown[])[]> {
  await using client = await openClient(server);
  const [rows] = await client.query({ sql, rowsAsArray: true });
  return rows as unknown[][];
}

export async function execute(server: RunningServer, sql: string): Promise<void> {
  await using client = await openClient(server);
  await client.query(sql);
}

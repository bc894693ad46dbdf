import type { RunningServer } from "@osiris/services";
import type { Connection } from "mysql2/promise";
import { onTestFinished } from "vitest";
import { mysqlProject, type PipelineRun, type RunOptions, type TestSteps } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient } from "./server.ts";

/** Runs pipelines that write the rows of a query, in a project of its own. */
export interface Writing {
  /** Writes the rows of a SELECT of DuckDB with a writer's config. */
  readonly write: (select: string, config: Config, options?: RunOptions) => Promise<PipelineRun>;
  /** The test's own session, for setting up and for judging. */
  readonly client: Connection;
  /** The first column of a query's rows, as text. */
  readonly values: (sql: string) => Promise<readonly unknown[]>;
  /** The rows of a query, as arrays. */
  readonly rows: (sql: string) => Promise<readonly (readonly unknown[])[]>;
}

export type Config = Readonly<Record<string, unknown>>;

export function steps(server: RunningServer, select: string, config: Config): TestSteps {
  return {
    source: { component: "sql.source", config: { query: select } },
    target: { component: "mysql.writer", config: { ...connectionConfig(server), ...config } },
  };
}

export async function writing(server: RunningServer): Promise<Writing> {
  const client = await openClient(server);
  onTestFinished(() => client.end());
  const project = mysqlProject();
  const rows: Writing["rows"] = async (sql) => {
    const [found] = await client.query({ sql, rowsAsArray: true });
    return found as unknown[][];
  };
  return {
    client,
    rows,
    values: async (sql) => (await rows(sql)).map(([first]) => first),
    write: (select, config, options = {}) =>
      project.run(steps(server, select, config), {
        ...options,
        environment: { ...environmentOf(server), ...options.environment },
      }),
  };
}

/** What became of the writer's rows: written, rejected, superseded. Together they are the input's, or the run has failed. */
export function counts(run: PipelineRun): readonly (number | undefined)[] {
  const step = run.record.steps.find(({ id }) => id === "target");
  return [step?.rows_out, step?.rejected, step?.superseded];
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mariadbClient, type MariadbClient, type RunningServer } from "@osiris/services";
import { createConnection, type Connection } from "mysql2/promise";
import { inOwnProcess, OSIRIS, type Measured } from "../own-process.ts";

/** The server, and who talks to it. */
export interface Machine {
  readonly server: RunningServer;
  readonly client: MariadbClient;
  /** For making tables, and for judging. */
  readonly judge: Connection;
  readonly folder: string;
}

/** A measured run; not every figure is known of every process. */
export interface Round {
  /** In milliseconds: the work alone, without the start and end of its process where they can be told apart. */
  readonly worked: number;
  readonly process: number;
  readonly cpu?: number;
  readonly megabytes?: number;
}

export async function meet(server: RunningServer, folder: string): Promise<Machine> {
  const client = await mariadbClient();
  if ("absent" in client) throw new Error(`there is no client to compare with: ${client.absent}`);
  process.env["MYSQL_PASSWORD"] = server.password;
  return { server, client, judge: await createConnection({ uri: server.url, dateStrings: true }), folder };
}

const CLIENT = ["--no-defaults", "--quick", "--batch", "--skip-column-names", "--local-infile=1"];

/** Runs a statement by the server's own client. `output` is the file for its rows. */
export async function byClient(
  { server, client }: Machine,
  sql: string,
  output = "/dev/null",
): Promise<Round> {
  const { host, port, user, password, database } = server;
  const place = [`--host=${host}`, `--port=${port}`, `--user=${user}`, database];
  const start = performance.now();
  const rows = openSync(output, "w");
  const child = spawn(client.program, [...CLIENT, ...place, "-e", sql], {
    stdio: ["ignore", rows, "inherit"],
    env: { ...process.env, ...client.environment, MYSQL_PWD: password },
  });
  const [status] = await once(child, "close");
  const milliseconds = performance.now() - start;
  closeSync(rows);
  if (status !== 0) throw new Error(`${sql} ended with ${String(status)}`);
  return { worked: milliseconds, process: milliseconds };
}

/** Runs a pipeline by the built command, with the arguments of `osiris run`. `step` is the one whose time counts, and has to have all rows. */
export async function byOsiris(
  { folder }: Machine,
  args: readonly string[],
  step: string,
  rows: number,
): Promise<Round> {
  const outcome = await inOwnProcess([OSIRIS, "run", ...args, "--json"], folder);
  const { steps } = JSON.parse(outcome.stdout) as { steps: readonly StepFigures[] };
  const found = steps.find(({ id }) => id === step);
  const moved = found?.rows_out;
  if (found === undefined || moved !== rows) throw new Error(`${step}: ${moved} rows instead of ${rows}`);
  return { ...roundOf(outcome), worked: found.duration_ms };
}

interface StepFigures {
  readonly id: string;
  readonly rows_out?: number;
  readonly duration_ms: number;
}

export function roundOf({ milliseconds, cpuMilliseconds, megabytes }: Measured): Omit<Round, "worked"> {
  return { process: milliseconds, cpu: cpuMilliseconds, megabytes };
}

/** What a step's config needs to reach the server. */
export function connectionOf({ server }: Machine): Readonly<Record<string, unknown>> {
  const { host, port, user, database } = server;
  return { host, port, user, database, password: "${MYSQL_PASSWORD}" };
}

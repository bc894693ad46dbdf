import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inOwnProcess } from "../own-process.ts";
import { byClient, byOsiris, connectionOf, roundOf, type Machine, type Round } from "./machine.ts";

/** A way to do the same work. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<Round>;
}

/** How `osiris run` reads. */
export interface Reading {
  readonly decoder: "binary" | "mysql2";
  /** DuckDB's. @default that of the command */
  readonly memoryLimit?: string;
}

/** Reads a table: the server's client throws the rows away, which is as fast as they can be had. */
export function readers(
  machine: Machine,
  table: string,
  rows: number,
  readings: readonly Reading[],
): readonly Contender[] {
  return [
    { name: "mariadb > /dev/null", run: () => byClient(machine, `SELECT * FROM ${table}`) },
    ...readings.map(({ decoder, memoryLimit }): Contender => {
      const pipeline = writePipeline(machine, `read-${decoder}`, [extractor(machine, table, { decoder })]);
      const limit = memoryLimit === undefined ? [] : ["--memory-limit", memoryLimit];
      return {
        name: `osiris run, ${[decoder, ...limit.slice(1)].join(", ")}`,
        run: () => byOsiris(machine, [pipeline, ...limit], "rows", rows).finally(() => dropSessions(machine)),
      };
    }),
  ];
}

/** Fills the table `target` with the rows of a table, of which `file` has the lines that LOAD DATA takes. */
export function writers(machine: Machine, table: string, file: string, rows: number): readonly Contender[] {
  const loaded = `LOAD DATA LOCAL INFILE '${file}' INTO TABLE target`;
  const plain = [join(import.meta.dirname, "plain-inserts.ts"), machine.server.url, file, "target"];
  return [
    { name: "LOAD DATA, ready file", run: () => byClient(machine, loaded) },
    {
      name: "mysql2 INSERT loop",
      run: async () => {
        const outcome = await inOwnProcess(plain, machine.folder);
        const { milliseconds } = JSON.parse(outcome.stdout) as { milliseconds: number };
        return { ...roundOf(outcome), worked: milliseconds };
      },
    },
    ...["load_data", "insert"].map((load): Contender => {
      const steps = [extractor(machine, table, {}), writer(machine, load)];
      const pipeline = writePipeline(machine, `write-${load}`, steps);
      return {
        name: `osiris run, ${load}`,
        run: () => byOsiris(machine, [pipeline], "target", rows).finally(() => dropSessions(machine)),
      };
    }),
  ].map(({ name, run }) => ({ name, run: () => intoEmpty(machine, table, rows, run) }));
}

/** The rows have to be there afterwards. */
async function intoEmpty(
  { judge }: Machine,
  table: string,
  rows: number,
  run: () => Promise<Round>,
): Promise<Round> {
  await judge.query("DROP TABLE IF EXISTS target");
  await judge.query(`CREATE TABLE target LIKE ${table}`);
  const round = await run();
  const [[found]] = (await judge.query("SELECT count(*) AS n FROM target")) as unknown as [[{ n: number }]];
  if (found.n !== rows) throw new Error(`${found.n} rows arrived instead of ${rows}`);
  return round;
}

function extractor(machine: Machine, table: string, more: Readonly<Record<string, unknown>>): object {
  const config = { ...connectionOf(machine), table, ...more };
  return { id: "rows", component: "mysql.extractor", mode: "read", config };
}

function writer(machine: Machine, load: string): object {
  const config = { ...connectionOf(machine), table: "target", load };
  return { id: "target", component: "mysql.writer", mode: "write", needs: ["rows"], config };
}

/** JSON is YAML. */
function writePipeline({ folder }: Machine, name: string, steps: readonly object[]): string {
  const file = `${name}.yaml`;
  writeFileSync(join(folder, file), JSON.stringify({ oml_version: "0.1.0", name, steps }));
  return file;
}

function dropSessions({ folder }: Machine): void {
  rmSync(join(folder, ".osiris_sessions"), { recursive: true, force: true });
}

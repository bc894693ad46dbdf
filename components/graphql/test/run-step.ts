import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@osiris/compiler";
import { DATABASE_FILE, RunDatabase, type Cell, type Column, type DriverContext } from "@osiris/core";
import { compilerView, FileStateStore, openCatalog, runPipeline, type RunRecord } from "@osiris/runtime";
import { onTestFinished } from "vitest";

/** A run of one step, and what it has left. */
export interface StepRun {
  readonly record: RunRecord;
  /** Runs a query over the run's tables; the step's own is called `films`. */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, Cell>>[]>;
  readonly columns: (table: string) => Promise<readonly Column[]>;
}

type StepBody = (ctx: DriverContext) => Promise<{ readonly rows: number }>;

/** Where the driver of the project finds what the test wants to be done. */
const BODY = Symbol.for("osiris.test.step-body");

/** A project with a driver that does what the test says. */
const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "project", dependencies: { "osiris-driver-probe": "*" } }),
  "node_modules/osiris-driver-probe/package.json": JSON.stringify({
    name: "osiris-driver-probe",
    version: "1.0.0",
    type: "module",
    osiris: { contract: 1, components: ["./spec.yaml"] },
  }),
  "node_modules/osiris-driver-probe/driver.js":
    'export const probe = { run: ({ ctx }) => globalThis[Symbol.for("osiris.test.step-body")](ctx) };',
  "node_modules/osiris-driver-probe/spec.yaml": JSON.stringify({
    name: "probe.extractor",
    version: "1.0.0",
    title: "Probe",
    description: "For tests.",
    modes: ["extract"],
    inputs: "none",
    configSchema: { type: "object", properties: {} },
    examples: [{ title: "Plain", config: {} }],
    "x-runtime": { driver: "./driver.js#probe" },
  }),
};

/** Runs `attempts`, one after the other, as the attempts of a step called `films`: each but the last has to fail. */
export async function runStep(...attempts: readonly StepBody[]): Promise<StepRun> {
  const folder = mkdtempSync(join(tmpdir(), "osiris-graphql-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const catalog = openCatalog({ cwd: folder, cliFolder: folder, project: {} });
  const text = `oml_version: "0.1.0"
name: test
steps:
  - { id: films, component: probe.extractor, mode: read, config: {}, retry: { attempts: ${attempts.length}, backoff: 1ms } }
`;
  const compiled = await compile({
    text,
    file: "pipeline.yaml",
    components: compilerView(catalog),
    baseDir: folder,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.findings));
  const bodies = [...attempts];
  Object.assign(globalThis, { [BODY]: (ctx: DriverContext) => bodies.shift()?.(ctx) });
  const record = await runPipeline({
    pipeline: { ...compiled.pipeline, baseDir: folder },
    catalog,
    surroundings: { environment: {} },
    sessions: join(folder, "sessions"),
    stateStore: new FileStateStore(join(folder, "state")),
    signal: new AbortController().signal,
  });
  const query: StepRun["query"] = async (sql) => {
    await using database = await RunDatabase.openReadOnly(join(record.run_dir, DATABASE_FILE));
    return (await database.query(sql)).rows;
  };
  const columns: StepRun["columns"] = async (table) =>
    (await query(`DESCRIBE "${table}"`)).map((row) => ({
      name: row["column_name"] as string,
      type: row["column_type"] as string,
    }));
  return { record, query, columns };
}

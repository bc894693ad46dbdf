import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@osiris/compiler";
import {
  DATABASE_FILE,
  RunDatabase,
  type Cell,
  type Column,
  type DriverContext,
  type JsonValue,
} from "@osiris/core";
import {
  compilerView,
  FileStateStore,
  openCatalog,
  runPipeline,
  type PipelineState,
  type RecordedError,
  type RunRecord,
} from "@osiris/runtime";
import { onTestFinished } from "vitest";
import { mysqlExtractor, mysqlWriter } from "../src/index.ts";

/** A step of a test's pipeline. */
export interface TestStep {
  /** `sql.source` makes a table of the SELECT in `config.query`; its rows come in the order of the query. */
  readonly component: "mysql.extractor" | "mysql.writer" | "sql.source";
  readonly config: Readonly<Record<string, unknown>>;
  readonly needs?: readonly string[];
}

export type TestSteps = Readonly<Record<string, TestStep>>;

/** A run that has ended, and what it has left. */
export interface PipelineRun {
  readonly record: RunRecord;
  /** Of the first step that failed. */
  readonly error: RecordedError | undefined;
  /** Runs a query over the run's tables. */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** The first column of a query's rows. */
  readonly values: (sql: string) => Promise<readonly Cell[]>;
  readonly columns: (table: string) => Promise<readonly Column[]>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** By name, the last of each. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

export interface Project {
  readonly folder: string;
  /** Compiles and runs steps, with the state that the last run has left. A step without `needs` follows the one before it. */
  run(steps: TestSteps, options?: RunOptions): Promise<PipelineRun>;
  /** What compiling them finds; empty when nothing. */
  findings(steps: TestSteps): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The state that a step has left. */
  state(step: string): Promise<JsonValue | undefined>;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Of each step. @default 1 */
  readonly attempts?: number;
  /** Of each step. @default no limit */
  readonly max_rejects?: number | string;
  readonly environment?: Readonly<Record<string, string>>;
}

const sqlSource = {
  run: async ({ config, ctx }: { config: { query: string }; ctx: DriverContext }) => {
    const { rows } = await ctx.createTableAs(config.query);
    return { rows };
  },
};

/** The sources under test, where the project's driver package finds them. */
const DRIVERS = Symbol.for("osiris.test.mysql");
Object.assign(globalThis, { [DRIVERS]: { mysqlExtractor, mysqlWriter, sqlSource } });

const PACKAGE = "node_modules/osiris-driver-sources";
const SPECS = ["extractor", "writer"] as const;
const MODES = { "mysql.extractor": "read", "mysql.writer": "write", "sql.source": "read" } as const;

/** A project whose steps run the sources of this package with its real specs, through the real compiler and runtime. */
export function mysqlProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), "osiris-mysql-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(projectFiles())) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const states = (): PipelineState => new FileStateStore(join(folder, "state")).open({ pipeline: "test" });
  return {
    folder,
    run: (steps, options = {}) => run(folder, steps, options),
    findings: async (steps) => {
      const compiled = await compileSteps(folder, steps, {});
      return compiled.ok ? [] : (compiled.findings as never);
    },
    state: async (step) => (await states().read())?.steps[step]?.state,
  };
}

function projectFiles(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "project", dependencies: { "osiris-driver-sources": "*" } }),
    [`${PACKAGE}/package.json`]: JSON.stringify({
      name: "osiris-driver-sources",
      version: "1.0.0",
      type: "module",
      osiris: { contract: 1, components: [...SPECS, "source"].map((name) => `./${name}.yaml`) },
    }),
    [`${PACKAGE}/driver.js`]:
      'export const { mysqlExtractor, mysqlWriter, sqlSource } = globalThis[Symbol.for("osiris.test.mysql")];',
    [`${PACKAGE}/source.yaml`]: JSON.stringify({
      name: "sql.source",
      version: "1.0.0",
      title: "SQL",
      description: "For tests.",
      modes: ["extract"],
      inputs: "none",
      configSchema: { type: "object", properties: { query: { type: "string" } } },
      examples: [{ title: "Plain", config: { query: "SELECT 1" } }],
      "x-runtime": { driver: "./driver.js#sqlSource" },
    }),
  };
  for (const name of SPECS) {
    const spec = readFileSync(join(import.meta.dirname, "..", name, "spec.yaml"), "utf8");
    files[`${PACKAGE}/${name}.yaml`] = spec.replace(/driver: .*#/, "driver: ./driver.js#");
  }
  return files;
}

function catalogOf(folder: string): ReturnType<typeof openCatalog> {
  return openCatalog({ cwd: folder, cliFolder: folder, project: {} });
}

function compileSteps(
  folder: string,
  steps: TestSteps,
  { attempts = 1, max_rejects }: RunOptions,
): ReturnType<typeof compile> {
  const listed = Object.entries(steps).map(([id, { component, config, needs }], index, all) => {
    const before = all[index - 1]?.[0];
    const mode = MODES[component];
    const follows = mode === "read" || before === undefined ? [] : [before];
    const retry = { attempts, backoff: "1ms" };
    return { id, component, mode, needs: needs ?? follows, config, retry, max_rejects };
  });
  return compile({
    text: JSON.stringify({ oml_version: "0.1.0", name: "test", steps: listed }),
    file: "pipeline.yaml",
    components: compilerView(catalogOf(folder)),
    baseDir: folder,
  });
}

async function run(folder: string, steps: TestSteps, options: RunOptions): Promise<PipelineRun> {
  const { environment = {}, signal = new AbortController().signal } = options;
  const compiled = await compileSteps(folder, steps, options);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.findings, undefined, 2));
  const record = await runPipeline({
    pipeline: { ...compiled.pipeline, baseDir: folder },
    catalog: catalogOf(folder),
    surroundings: { environment },
    sessions: join(folder, "sessions"),
    stateStore: new FileStateStore(join(folder, "state")),
    concurrency: 2,
    signal,
  });
  return opened(record);
}

function opened(record: RunRecord): PipelineRun {
  const folder = record.run_dir;
  const query: PipelineRun["query"] = async (sql) => {
    await using database = await RunDatabase.openReadOnly(join(folder, DATABASE_FILE));
    return (await database.query(sql)).rows;
  };
  const events = lines(join(folder, "logs/events.jsonl"));
  const metrics = lines(join(folder, "logs/metrics.jsonl"));
  return {
    record,
    error: record.steps.find(({ error }) => error !== undefined)?.error,
    query,
    values: async (sql) => (await query(sql)).map((row) => Object.values(row)[0] ?? null),
    columns: async (table) =>
      (await query(`DESCRIBE "${table}"`)).map((row) => ({
        name: row["column_name"] as string,
        type: row["column_type"] as string,
      })),
    events,
    metrics: Object.fromEntries(metrics.map(({ metric, value }) => [String(metric), value])),
    warnings: events.filter(({ level }) => level === "warn").map(({ message }) => String(message)),
  };
}

function lines(file: string): readonly Readonly<Record<string, unknown>>[] {
  const text = readFileSync(file, "utf8").trimEnd();
  if (text === "") return [];
  return text.split("\n").map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@osiris/compiler";
import { DATABASE_FILE, RunDatabase, type Cell, type JsonValue } from "@osiris/core";
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
import { graphqlExtractor } from "../src/extractor.ts";

/** A run of the step `films`, and what it has left. */
export interface ExtractorRun {
  readonly record: RunRecord;
  readonly error: RecordedError | undefined;
  readonly folder: string;
  /** Runs a query over the run's tables. */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** The first column of a query's rows. */
  readonly values: (sql: string) => Promise<readonly Cell[]>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** By name, of the last attempt. */
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** What the step has left for its next run. */
  readonly state: JsonValue | undefined;
}

export interface ExtractorProject {
  readonly folder: string;
  /** Runs it, with the state that the last run has left. */
  run(options?: { readonly signal?: AbortSignal; readonly config?: Config }): Promise<ExtractorRun>;
  /** Puts something in the place of what the last run has left. */
  setState(state: JsonValue): Promise<void>;
}

type Config = Readonly<Record<string, unknown>>;

export interface ProjectOptions {
  /** Of the step. @default 1 */
  readonly attempts?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Steps beside `films`, by their ids, with what is another in their configs. @default none */
  readonly others?: Readonly<Record<string, Config>>;
}

/** The sources under test, where the project's driver package finds them. */
const DRIVER = Symbol.for("osiris.test.graphql");
Object.assign(globalThis, { [DRIVER]: graphqlExtractor });

const PACKAGE = "node_modules/osiris-driver-sources";

/** A project with one step, which runs the sources of this package with its real spec, through the real runtime. */
export function extractorProject(config: Config, options: ProjectOptions = {}): ExtractorProject {
  const folder = mkdtempSync(join(tmpdir(), "osiris-graphql-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const spec = readFileSync(join(import.meta.dirname, "../spec.yaml"), "utf8");
  const files: Readonly<Record<string, string>> = {
    "package.json": JSON.stringify({ name: "project", dependencies: { "osiris-driver-sources": "*" } }),
    [`${PACKAGE}/package.json`]: JSON.stringify({
      name: "osiris-driver-sources",
      version: "1.0.0",
      type: "module",
      osiris: { contract: 1, components: ["./spec.yaml"] },
    }),
    [`${PACKAGE}/driver.js`]:
      'export const graphqlExtractor = globalThis[Symbol.for("osiris.test.graphql")];',
    [`${PACKAGE}/spec.yaml`]: spec.replace(/driver: .*/, "driver: ./driver.js#graphqlExtractor"),
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return {
    folder,
    run: ({ signal = new AbortController().signal, config: changes = {} } = {}) =>
      runStep(folder, { ...config, ...changes }, options, signal),
    setState: async (state) => {
      const states = stateOf(folder);
      const version = (await states.read())?.version ?? 0;
      await states.commit(version, new Map([["films", state]]), { command: "test" });
    },
  };
}

async function runStep(
  folder: string,
  config: Config,
  { attempts = 1, environment = {}, others = {} }: ProjectOptions,
  signal: AbortSignal,
): Promise<ExtractorRun> {
  const catalog = openCatalog({ cwd: folder, cliFolder: folder, project: {} });
  const retry = { attempts, backoff: "1ms" };
  const step = { component: "graphql.extractor", mode: "read", needs: [], retry };
  const steps = Object.entries({ films: {}, ...others }).map(([id, changes]) => {
    return { id, ...step, config: { ...config, ...changes } };
  });
  const compiled = await compile({
    text: JSON.stringify({ oml_version: "0.1.0", name: "test", steps }),
    file: "pipeline.yaml",
    components: compilerView(catalog),
    baseDir: folder,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.findings));
  const record = await runPipeline({
    pipeline: { ...compiled.pipeline, baseDir: folder },
    catalog,
    surroundings: { environment },
    sessions: join(folder, "sessions"),
    stateStore: new FileStateStore(join(folder, "state")),
    concurrency: steps.length,
    signal,
  });
  const { state } = (await stateOf(folder).read())?.steps["films"] ?? {};
  return { ...opened(record), state };
}

function stateOf(folder: string): PipelineState {
  return new FileStateStore(join(folder, "state")).open({ pipeline: "test" });
}

function opened(record: RunRecord): Omit<ExtractorRun, "state"> {
  const folder = record.run_dir;
  const query: ExtractorRun["query"] = async (sql) => {
    await using database = await RunDatabase.openReadOnly(join(folder, DATABASE_FILE));
    return (await database.query(sql)).rows;
  };
  const events = lines(join(folder, "logs/events.jsonl"));
  const metrics = lines(join(folder, "logs/metrics.jsonl"));
  return {
    record,
    error: record.steps[0]?.error,
    folder,
    query,
    values: async (sql) => (await query(sql)).map((row) => Object.values(row)[0] ?? null),
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

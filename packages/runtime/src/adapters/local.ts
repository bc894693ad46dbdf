import { join } from "node:path";
import { isPattern, patternFolder, type ManifestStep } from "@osiris/compiler";
import { DATABASE_FILE, RunDatabase, type DatabaseSettings, type ReachableFiles } from "@osiris/core";
import { executeStep, type RunScope } from "../run/step-executor.ts";
import type { StepRecord } from "../run/run-record.ts";
import { partialPath } from "../run/partial-file.ts";
import type { ExecutionAdapter } from "./adapter.ts";

/** Runs steps in this process. */
export class LocalAdapter implements ExecutionAdapter {
  readonly #run: Omit<RunScope, "database" | "published">;
  readonly #settings: DatabaseSettings;
  #scope: RunScope | undefined;

  constructor(run: Omit<RunScope, "database" | "published">, settings: DatabaseSettings) {
    this.#run = run;
    this.#settings = settings;
  }

  async prepare(): Promise<void> {
    const file = join(this.#run.runDir, DATABASE_FILE);
    const database = await RunDatabase.open(file, this.#settings, this.#reachable());
    this.#scope = { ...this.#run, database, published: new Map() };
    this.#run.log.event("database_initialized", { file: DATABASE_FILE });
  }

  async execute(step: ManifestStep): Promise<StepRecord> {
    if (this.#scope === undefined) throw new Error("execute() before prepare()");
    return executeStep(step, this.#scope);
  }

  async collect(): Promise<void> {
    await this.#scope?.database.close();
  }

  /** Every file that the steps' configs name, and the folder for artifacts. SQL reaches nothing else. */
  #reachable(): ReachableFiles {
    const files = [...this.#run.files.values()];
    const reads = files.flatMap(({ read }) => read);
    const writes = files.flatMap(({ write }) => write);
    const partials = writes.map((file) => partialPath(file, this.#run.runId));
    const patterns = files.flatMap(({ read, patterns }) => (patterns ? read.filter(isPattern) : []));
    return {
      files: [...reads, ...writes, ...partials],
      directories: [join(this.#run.runDir, "artifacts"), ...patterns.map(patternFolder)],
    };
  }
}

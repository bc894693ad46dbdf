import { join } from "node:path";
import type { ManifestStep } from "@osiris/compiler";
import { DATABASE_FILE, RunDatabase, type DatabaseSettings, type ReachableFiles } from "@osiris/core";
import { absolutePath, executeStep, type RunScope } from "../run/step-executor.ts";
import type { StepRecord } from "../run/run-record.ts";
import { partialPath } from "../run/step-context.ts";
import type { ExecutionAdapter } from "./adapter.ts";

/** Runs steps in this process. */
export class LocalAdapter implements ExecutionAdapter {
  readonly #run: Omit<RunScope, "database" | "published">;
  readonly #steps: readonly ManifestStep[];
  readonly #settings: DatabaseSettings;
  #scope: RunScope | undefined;

  constructor(
    run: Omit<RunScope, "database" | "published">,
    steps: readonly ManifestStep[],
    settings: DatabaseSettings,
  ) {
    this.#run = run;
    this.#steps = steps;
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
    const files = this.#steps.flatMap((step) => {
      const path = (field: string): string | undefined => absolutePath(this.#run, step, field);
      const read = step.paths.read.map(path).filter((file) => file !== undefined);
      const write = step.paths.write.map(path).filter((file) => file !== undefined);
      return [...read, ...write, ...write.map((file) => partialPath(file, this.#run.runId))];
    });
    return { files, directories: [join(this.#run.runDir, "artifacts")] };
  }
}

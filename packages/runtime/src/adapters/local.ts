import { join } from "node:path";
import { isPattern, patternFolder, type ManifestStep } from "@osiris/compiler";
import {
  DATABASE_FILE,
  dropTables,
  forgetCheckpoints,
  forgetSteps,
  readReceipts,
  RunDatabase,
  type DatabaseSettings,
  type InputTable,
  type JsonValue,
  type ReachableFiles,
} from "@osiris/core";
import { partialPath } from "../run/partial-file.ts";
import { asReceipt, type StepReceipt } from "../run/receipt.ts";
import type { EarlierWork } from "../run/reuse.ts";
import type { RunScope } from "../run/run-scope.ts";
import { executeStep, type StepEnd } from "../run/step-executor.ts";
import { inputTables } from "../run/step-inputs.ts";
import type { ExecutionAdapter } from "./adapter.ts";

/** Runs steps in this process. */
export class LocalAdapter implements ExecutionAdapter {
  readonly #run: Omit<RunScope, "database" | "published" | "shared">;
  readonly #settings: DatabaseSettings;
  readonly #published = new Map<string, readonly InputTable[]>();
  #scope: RunScope | undefined;

  constructor(run: Omit<RunScope, "database" | "published" | "shared">, settings: DatabaseSettings) {
    this.#run = run;
    this.#settings = settings;
  }

  async prepare(): Promise<void> {
    const file = join(this.#run.runDir, DATABASE_FILE);
    const database = await RunDatabase.open(file, this.#settings, this.#reachable());
    this.#scope = { ...this.#run, database, published: this.#published, shared: new Map() };
    this.#run.log.event("database_initialized", { file: DATABASE_FILE });
  }

  async earlierWork(): Promise<EarlierWork> {
    const { database } = this.#ready();
    const receipts = new Map<string, StepReceipt>();
    for (const [step, value] of await readReceipts(database)) {
      const receipt = asReceipt(value);
      if (receipt !== undefined) receipts.set(step, receipt);
    }
    return { receipts, tables: new Set(await database.tables()) };
  }

  async forget(stepIds: readonly string[]): Promise<void> {
    await forgetSteps(this.#ready().database, stepIds);
  }

  async forgetCheckpoints(stepIds: readonly string[]): Promise<void> {
    await forgetCheckpoints(this.#ready().database, stepIds);
  }

  reuse(step: ManifestStep, receipt: StepReceipt): void {
    this.#published.set(step.id, inputTables(step, receipt.tables));
  }

  async execute(step: ManifestStep, state: JsonValue | undefined): Promise<StepEnd> {
    const end = await executeStep(step, state, this.#ready());
    if (end.record.status === "succeeded") {
      this.#published.set(step.id, inputTables(step, end.record.tables));
    }
    return end;
  }

  async drop(stepIds: readonly string[]): Promise<void> {
    const { database, log } = this.#ready();
    for (const id of stepIds) {
      const tables = (this.#published.get(id) ?? []).map(({ table }) => table);
      await dropTables(database, id, tables);
      for (const table of tables) log.event("table_dropped", { table, reason: "retain" }, id);
    }
    await database.reclaimSpace();
  }

  async collect(): Promise<void> {
    await this.#scope?.database.close();
  }

  #ready(): RunScope {
    if (this.#scope === undefined) throw new Error("prepare() comes first");
    return this.#scope;
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

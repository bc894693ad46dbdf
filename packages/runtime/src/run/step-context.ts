import type { ManifestStep } from "@osiris/compiler";
import {
  OsirisError,
  quoteIdentifier,
  SINGLE_INPUT_NAME,
  StepTables,
  type Column,
  type ColumnBatch,
  type CreatedTable,
  type DriverContext,
  type EventFields,
  type GuardedConnection,
  type Inputs,
  type JsonTableOptions,
  type JsonTableWriter,
  type JsonValue,
  type LogLevel,
  type Progress,
  type QueryResult,
  type ReadOptions,
  type ReadTally,
  type RejectWriter,
  type RunDatabase,
  type SqlConnection,
  type SqlParams,
  type TableAsOptions,
  type TableOptions,
  type TableWriter,
} from "@osiris/core";
import { DriverReport } from "./driver-report.ts";
import { limitRejects } from "./max-rejects.ts";
import { partialPath } from "./partial-file.ts";
import { redactRejects } from "./redact-rejects.ts";
import type { Redactor } from "./redactor.ts";
import type { RunLog } from "./run-log.ts";
import { rowsOf } from "./step-inputs.ts";
import { keptState } from "./step-state.ts";
import { stepProgress, type StepProgress, type Told } from "./run-progress.ts";

export interface StepScope {
  readonly step: ManifestStep;
  readonly runId: string;
  /** From 1. */
  readonly attempt: number;
  readonly inputs: Inputs;
  readonly state: JsonValue | undefined;
  readonly artifacts: string;
  /** The files that the step's config names for writing, absolute. */
  readonly writes: readonly string[];
  readonly database: RunDatabase;
  readonly log: RunLog;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  /** Of what the step makes, of what: an attempt goes on after the checkpoint of one with the same identity. */
  readonly identity: string;
  /** What the steps of the run share. */
  readonly shared: Map<string, unknown>;
}

/** The driver context: the only implementation there is, for runs and tests alike. */
export class StepContext implements DriverContext {
  readonly signal: AbortSignal;
  readonly artifacts: string;
  readonly state: JsonValue | undefined;
  /** What the step stages; the executor publishes or discards it. */
  readonly tables: StepTables;
  readonly #scope: StepScope;
  readonly #report: DriverReport;
  readonly #connections: GuardedConnection[] = [];
  readonly #reads: ReadTally[] = [];
  readonly #told: Told = {};
  #closed = false;

  private constructor(scope: StepScope, tables: StepTables, report: DriverReport) {
    this.#scope = scope;
    this.#report = report;
    this.signal = scope.signal;
    this.artifacts = scope.artifacts;
    this.state = scope.state;
    this.tables = tables;
  }

  /** Begins an attempt at the step. Ends with {@link close}. */
  static async open(scope: StepScope): Promise<StepContext> {
    const { database, step, signal, identity } = scope;
    const report = new DriverReport({ stepId: step.id, attempt: scope.attempt }, scope.log, scope.redactor);
    const tables = await StepTables.open(database, step.id, { signal, identity, report });
    if (tables.resumed !== undefined) scope.log.event("step_resumed", { tables: tables.kept }, step.id);
    return new StepContext(scope, tables, report);
  }

  get resumed(): JsonValue | undefined {
    return this.tables.resumed;
  }

  async createTable(columns: readonly Column[], options?: TableOptions): Promise<TableWriter> {
    this.#assertOpen("createTable");
    return this.tables.create(columns, options);
  }

  async createJsonTable(options: JsonTableOptions = {}): Promise<JsonTableWriter> {
    this.#assertOpen("createJsonTable");
    return this.tables.createJson(options);
  }

  async createTableAs(select: string, options: TableAsOptions = {}): Promise<CreatedTable> {
    this.#assertOpen("createTableAs");
    return this.tables.createAs(select, options, () => this.#connect());
  }

  async openRejects(): Promise<RejectWriter> {
    this.#assertOpen("openRejects");
    const { redactor, step, inputs } = this.#scope;
    const all = step.mode === "write" ? rowsOf(inputs) : undefined;
    return limitRejects(redactRejects(await this.tables.openRejects(), redactor), step, all);
  }

  async checkpoint(state: JsonValue): Promise<void> {
    this.#assertOpen("checkpoint");
    const { step, redactor, log } = this.#scope;
    const rows = await this.tables.checkpoint(keptState(state, step, redactor));
    log.event("checkpoint", { rows }, step.id);
  }

  readTable(table: string, options?: ReadOptions): AsyncIterable<ColumnBatch> {
    this.#assertOpen("readTable");
    const tally = { rows: 0, total: 0 };
    this.#reads.push(tally);
    return this.#scope.database.read(table, options, this.signal, tally);
  }

  async query(sql: string, params?: SqlParams): Promise<QueryResult> {
    this.#assertOpen("query");
    const connection = await this.#connect();
    try {
      return await connection.run(sql, params);
    } finally {
      connection.close();
    }
  }

  async connect(): Promise<SqlConnection> {
    this.#assertOpen("connect");
    return this.#connect();
  }

  partialPath(destination: string): string {
    this.#assertOpen("partialPath");
    if (!this.#scope.writes.includes(destination)) {
      throw new OsirisError({
        code: "driver.undeclared_path",
        category: "internal",
        message: `Step "${this.#scope.step.id}": ${destination} is not a path that the spec declares as paths.write`,
      });
    }
    return partialPath(destination, this.#scope.runId);
  }

  shared<T>(key: string, create: () => T): T {
    this.#assertOpen("shared");
    const { shared } = this.#scope;
    if (!shared.has(key)) shared.set(key, create());
    return shared.get(key) as T;
  }

  progress(progress: Progress): void {
    this.#assertOpen("progress");
    for (const key of ["rows", "bytes", "totalRows", "totalBytes"] as const) {
      const value = progress[key];
      if (typeof value === "number" && Number.isFinite(value) && value >= 0) this.#told[key] = value;
    }
  }

  /** How far the step is: what the driver has told, and what is known without it. */
  get progressSoFar(): StepProgress {
    const statement = this.#connections
      .map(({ progress }) => progress)
      .findLast((done) => done !== undefined);
    return stepProgress({
      stepId: this.#scope.step.id,
      told: this.#told,
      appended: this.tables.rows,
      reads: this.#reads,
      statement,
    });
  }

  log(level: LogLevel, message: string, fields?: EventFields): void {
    this.#assertOpen("log");
    this.#report.log(level, message, fields);
  }

  metric(name: string, value: number, unit?: string): void {
    this.#assertOpen("metric");
    this.#report.metric(name, value, unit);
  }

  event(name: string, fields?: EventFields): void {
    this.#assertOpen("event");
    this.#report.event(name, fields);
  }

  /** Ends the driver's access to the database, and what it has left running there. Tables staged so far stay until published or discarded. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#connections.map((connection) => connection.ended()));
  }

  async #connect(): Promise<GuardedConnection> {
    const connection = await this.#scope.database.connect(this.signal);
    this.#connections.push(connection);
    const { table } = this.#scope.inputs;
    if (table !== undefined) {
      const view = `CREATE TEMP VIEW ${SINGLE_INPUT_NAME} AS FROM main.${quoteIdentifier(table)}`;
      await connection.run(view);
    }
    return connection;
  }

  #assertOpen(call: string): void {
    if (!this.#closed) return;
    throw new OsirisError({
      code: "driver.context_closed",
      category: "internal",
      message: `Step "${this.#scope.step.id}": ctx.${call}() was called after run() had settled`,
      hint: "Await everything that the driver starts.",
    });
  }
}

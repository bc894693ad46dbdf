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
import { partialPath } from "./partial-file.ts";
import type { Redactor } from "./redactor.ts";
import type { RunLog } from "./run-log.ts";
import { stepProgress, type StepProgress, type Told } from "./run-progress.ts";

export interface StepScope {
  readonly stepId: string;
  readonly runId: string;
  readonly inputs: Inputs;
  readonly artifacts: string;
  /** The files that the step's config names for writing, absolute. */
  readonly writes: readonly string[];
  readonly database: RunDatabase;
  readonly log: RunLog;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

/** The driver context: the only implementation there is, for runs and tests alike. */
export class StepContext implements DriverContext {
  readonly signal: AbortSignal;
  readonly artifacts: string;
  /** What the step stages; the executor publishes or discards it. */
  readonly tables: StepTables;
  readonly #scope: StepScope;
  readonly #connections: GuardedConnection[] = [];
  readonly #reads: ReadTally[] = [];
  readonly #told: Told = {};
  #closed = false;

  constructor(scope: StepScope) {
    this.#scope = scope;
    this.signal = scope.signal;
    this.artifacts = scope.artifacts;
    this.tables = new StepTables(scope.database, scope.stepId, scope.signal);
  }

  async createTable(columns: readonly Column[], options?: TableOptions): Promise<TableWriter> {
    this.#assertOpen("createTable");
    return this.tables.create(columns, options);
  }

  async createJsonTable(options: JsonTableOptions = {}): Promise<JsonTableWriter> {
    this.#assertOpen("createJsonTable");
    return this.tables.createJson(options, {
      // The types may be decided after run() has settled.
      log: (level, message, fields) => this.#log(level, message, fields),
      event: (name, fields) => this.#event(name, fields),
    });
  }

  async createTableAs(select: string, options: TableAsOptions = {}): Promise<CreatedTable> {
    this.#assertOpen("createTableAs");
    return this.tables.createAs(select, options, () => this.#connect());
  }

  async openRejects(): Promise<RejectWriter> {
    this.#assertOpen("openRejects");
    return this.tables.openRejects();
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
        message: `Step "${this.#scope.stepId}": ${destination} is not a path that the spec declares as paths.write`,
      });
    }
    return partialPath(destination, this.#scope.runId);
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
      stepId: this.#scope.stepId,
      told: this.#told,
      appended: this.tables.rows,
      reads: this.#reads,
      statement,
    });
  }

  log(level: LogLevel, message: string, fields?: EventFields): void {
    this.#assertOpen("log");
    this.#log(level, message, fields);
  }

  #log(level: LogLevel, message: string, fields?: EventFields): void {
    const { redactor } = this.#scope;
    const shown = { ...redactor.value(fields ?? {}), level, message: redactor.text(message) };
    this.#scope.log.event("log", shown, this.#scope.stepId);
  }

  metric(name: string, value: number, unit?: string): void {
    this.#assertOpen("metric");
    this.#scope.log.metric(name, value, unit, this.#scope.stepId);
  }

  event(name: string, fields?: EventFields): void {
    this.#assertOpen("event");
    this.#event(name, fields);
  }

  #event(name: string, fields?: EventFields): void {
    this.#scope.log.event(name, this.#scope.redactor.value(fields ?? {}), this.#scope.stepId);
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
      message: `Step "${this.#scope.stepId}": ctx.${call}() was called after run() had settled`,
      hint: "Await everything that the driver starts.",
    });
  }
}

import type {
  DuckDBConnection,
  DuckDBExtractedStatements,
  DuckDBPreparedStatement,
  DuckDBValue,
} from "@duckdb/node-api";
import nb from "@duckdb/node-bindings";
import type { Column, ColumnBatch, JsonValue, QueryResult, SqlConnection, SqlParams } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import type { Semaphore } from "../semaphore.ts";
import { batchOf, columnsOf, displayedRowsOf, rowsOf } from "./column-vectors/column-vectors.ts";
import { fromDuckDb, hasDuckDbType } from "./duckdb-errors.ts";
import { assertStepStatement } from "./step-statements.ts";

/** Who waits for whom: see {@link CallSlots}. */
export interface ConnectionSlots {
  readonly statements: Semaphore;
  readonly fetches: Semaphore;
}

/** Rows for people to read: every cell as JSON that says it exactly. */
export interface DisplayedRows {
  readonly columns: readonly Column[];
  /** By column name. Text wherever a JSON number would not be exact: 64-bit integers, decimals, times. */
  readonly rows: readonly Readonly<Record<string, JsonValue>>[];
}

const INTERRUPT_INTERVAL_MS = 20;

/**
 * A DuckDB connection that cannot lose rows: DuckDB ends an open stream silently when anything else runs on its
 * connection, so a second statement throws here. Calls wait for a slot, and an aborted signal interrupts them.
 */
export class GuardedConnection implements SqlConnection {
  readonly #native: DuckDBConnection;
  readonly #slots: ConnectionSlots;
  readonly #signal: AbortSignal | undefined;
  readonly #onClose: () => void;
  readonly #isOwn: boolean;
  readonly #ending = new AbortController();
  /** The step was cancelled or the connection closed: what runs must end. */
  readonly #stop: AbortSignal;
  #busy: "no" | "statement" | "stream" = "no";
  /** Resolves when the call to DuckDB that is going on has come back. */
  #running: Promise<void> | undefined;
  #closed = false;

  /** `isOwn`: a connection for Osiris's own statements, which may be of any kind. */
  constructor(
    native: DuckDBConnection,
    slots: ConnectionSlots,
    signal: AbortSignal | undefined,
    onClose: () => void = () => undefined,
    isOwn = false,
  ) {
    this.#native = native;
    this.#slots = slots;
    this.#signal = signal;
    this.#onClose = onClose;
    this.#isOwn = isOwn;
    this.#stop = signal ? AbortSignal.any([signal, this.#ending.signal]) : this.#ending.signal;
  }

  async run(sql: string, params?: SqlParams): Promise<QueryResult> {
    return this.#statement(sql, params, async (prepared) => {
      const result = await prepared.run();
      const columns = columnsOf(result);
      const rows = (await result.fetchAllChunks()).flatMap((chunk) => rowsOf(chunk, columns));
      return { columns: columns.map(({ name, type }) => ({ name, type })), rows };
    });
  }

  /** The first `rows` rows of a statement's result, for people to read. */
  async head(sql: string, rows: number): Promise<DisplayedRows> {
    return this.#statement(sql, undefined, async (prepared) => {
      const result = await prepared.stream();
      const columns = columnsOf(result);
      const shown: Readonly<Record<string, JsonValue>>[] = [];
      while (shown.length < rows) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        shown.push(...displayedRowsOf(chunk, columns));
      }
      return { columns: columns.map(({ name, type }) => ({ name, type })), rows: shown.slice(0, rows) };
    });
  }

  async *stream(sql: string, params?: SqlParams): AsyncGenerator<ColumnBatch> {
    this.#take("stream", sql);
    let prepared: DuckDBPreparedStatement | undefined;
    try {
      const result = await this.#call("fetches", sql, async () => {
        prepared = await this.#prepare(sql, params);
        return prepared.stream();
      });
      const columns = columnsOf(result);
      for (;;) {
        const chunk = await this.#call("fetches", sql, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield batchOf(chunk, columns);
      }
    } finally {
      prepared?.destroySync();
      this.#busy = "no";
    }
  }

  /**
   * How much of the statement that is running DuckDB has done, from 0 to 1; undefined when none runs or DuckDB cannot
   * tell. Reads a number that DuckDB keeps: the statement does not wait.
   */
  get progress(): number | undefined {
    if (this.#running === undefined || this.#closed) return undefined;
    const { percentage } = nb.query_progress(this.#native["connection"]);
    return percentage < 0 ? undefined : Math.min(percentage / 100, 1);
  }

  /** The native connection, for the table writer's appender. Not for statements. */
  get native(): DuckDBConnection {
    if (this.#closed) throw closedError("the table writer");
    return this.#native;
  }

  /** Ends the connection. A statement that still runs is interrupted, and fails; {@link ended} waits for that. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending.abort();
    if (this.#running === undefined) this.#disconnect();
  }

  /** Closes the connection and resolves when nothing runs on it any more. */
  async ended(): Promise<void> {
    this.close();
    await this.#running;
  }

  #disconnect(): void {
    this.#native.closeSync();
    this.#onClose();
  }

  async #statement<T>(
    sql: string,
    params: SqlParams | undefined,
    task: (prepared: DuckDBPreparedStatement) => Promise<T>,
  ): Promise<T> {
    this.#take("statement", sql);
    try {
      return await this.#call("statements", sql, async () => {
        const prepared = await this.#prepare(sql, params);
        try {
          return await task(prepared);
        } finally {
          // It would keep the database open, and the file locked, until it is collected some time.
          prepared.destroySync();
        }
      });
    } finally {
      this.#busy = "no";
    }
  }

  #take(use: "statement" | "stream", sql: string): void {
    if (this.#closed) throw closedError(summary(sql));
    if (this.#busy === "stream") {
      throw new OsirisError({
        code: "database.stream_open",
        category: "internal",
        message: `A stream is still open on this connection, so it cannot run: ${summary(sql)}`,
        hint: "Read the stream to its end first, or open another connection with ctx.connect().",
      });
    }
    if (this.#busy === "statement") {
      throw new OsirisError({
        code: "database.statement_running",
        category: "internal",
        message: `A statement is still running on this connection, so it cannot run: ${summary(sql)}`,
        hint: "Await the first statement, or open another connection with ctx.connect().",
      });
    }
    this.#busy = use;
  }

  /** Exactly one statement: DuckDB would run several, and show the result of the last. */
  async #prepare(sql: string, params: SqlParams | undefined): Promise<DuckDBPreparedStatement> {
    const statements = await this.#extract(sql);
    if (statements?.count !== 1) {
      throw new OsirisError({
        code: "sql.one_statement",
        category: "usage",
        message: `Expected one SQL statement, found ${statements?.count ?? "none"}: ${summary(sql)}`,
      });
    }
    const prepared = await statements.prepare(0);
    try {
      if (!this.#isOwn) assertStepStatement(prepared.statementType);
      this.#throwIfStopped();
      if (params !== undefined) prepared.bind(bindable(params));
      return prepared;
    } catch (error) {
      prepared.destroySync();
      throw error;
    }
  }

  /** The statements in a text; undefined when there is none, which the client answers with a bare error. */
  async #extract(sql: string): Promise<DuckDBExtractedStatements | undefined> {
    try {
      return await this.#native.extractStatements(sql);
    } catch (error) {
      if (hasDuckDbType(error)) throw error;
      return undefined;
    }
  }

  async #call<T>(kind: keyof ConnectionSlots, sql: string, task: () => Promise<T>): Promise<T> {
    return this.#slots[kind].run(async () => {
      this.#throwIfStopped();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#running = promise;
      const stopInterrupting = this.#interruptWhenStopped();
      try {
        return await task();
      } catch (error) {
        this.#throwIfStopped(error);
        throw fromDuckDb(error, sql);
      } finally {
        stopInterrupting();
        this.#running = undefined;
        // Disconnecting under a running statement would leave both waiting for ever (tried with 1.5.5).
        if (this.#closed) this.#disconnect();
        resolve();
      }
    });
  }

  #throwIfStopped(cause?: unknown): void {
    if (this.#signal?.aborted) throw cancelledError(cause);
    if (this.#closed) throw closedError("what was under way");
  }

  /** DuckDB forgets an interrupt that comes before a statement has begun, so it is repeated until it has worked. */
  #interruptWhenStopped(): () => void {
    let timer: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.#native.interrupt();
      timer ??= setInterval(() => this.#native.interrupt(), INTERRUPT_INTERVAL_MS);
    };
    this.#stop.addEventListener("abort", interrupt);
    return () => {
      this.#stop.removeEventListener("abort", interrupt);
      clearInterval(timer);
    };
  }
}

function bindable(params: SqlParams): DuckDBValue[] | Record<string, DuckDBValue> {
  return Array.isArray(params) ? [...params] : { ...(params as Record<string, DuckDBValue>) };
}

function summary(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function closedError(what: string): OsirisError {
  return new OsirisError({
    code: "database.closed",
    category: "internal",
    message: `The connection is closed, so it cannot run: ${what}`,
    hint: "A step's connections end with the step. Await everything inside run().",
  });
}

function cancelledError(cause?: unknown): OsirisError {
  return new OsirisError({
    code: "run.cancelled",
    category: "cancelled",
    message: "The run was cancelled.",
    cause,
  });
}

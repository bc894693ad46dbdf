import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Column, ColumnBatch, QueryResult, ReadOptions, SqlParams } from "../contract.ts";
import { isOsirisError, OsirisError } from "../errors.ts";
import { quoteIdentifier, quoteLiteral } from "../identifiers.ts";
import { Semaphore } from "../semaphore.ts";
import { CHECKPOINTS_TABLE } from "./checkpoint-book.ts";
import { GuardedConnection, type ConnectionSlots, type DisplayedRows } from "./connection.ts";
import { fromDuckDb, readError } from "./duckdb-errors.ts";
import { RECEIPTS_TABLE } from "./receipts.ts";
import { callSlots, defaultMemoryLimit, type DatabaseSettings, type ReachableFiles } from "./settings.ts";
import { STAGING_PREFIX } from "./staging.ts";
import { readTable, type ReadTally } from "./table-reader.ts";

/**
 * The files this process has open, by real path. DuckDB does not refuse a second instance of one file in one
 * process, and the two corrupt it.
 */
const openFiles = new Set<string>();

export interface Statement {
  readonly sql: string;
  readonly params?: SqlParams;
}
/**
 * DuckDB keeps the progress of statements only for who wants a bar, and would print it. As PRAGMA, since SET is locked
 * by now, and for each connection, since neither is a global setting.
 */
const KEEP_PROGRESS = "PRAGMA disable_print_progress_bar; PRAGMA enable_progress_bar";

const BEGIN: Statement = { sql: "BEGIN" };
const COMMIT: Statement = { sql: "COMMIT" };

export interface TableShape {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/**
 * One run's DuckDB file, opened once. While it is open nothing may open the file through `fs`: closing that handle
 * would drop DuckDB's lock (POSIX locks belong to the process). `stat` is safe.
 */
export class RunDatabase implements AsyncDisposable {
  readonly path: string;
  readonly #instance: DuckDBInstance;
  readonly #statements: Semaphore;
  readonly #fetches: Semaphore;
  readonly #transactions = new Semaphore(1);
  readonly #connections = new Set<GuardedConnection>();
  #closed = false;

  private constructor(path: string, instance: DuckDBInstance) {
    this.path = path;
    this.#instance = instance;
    const { statements, fetches } = callSlots();
    this.#statements = new Semaphore(statements);
    this.#fetches = new Semaphore(fetches);
  }

  /**
   * Opens a run's database for writing and walls it in: from here on SQL reaches the given files and nothing else,
   * and no setting can be changed.
   */
  static async open(
    path: string,
    settings: DatabaseSettings,
    reachable: ReachableFiles,
  ): Promise<RunDatabase> {
    const database = await RunDatabase.#openInstance(path, {
      // They tell the place in the statement. People who look into a run get DuckDB's own text, with the line in it.
      errors_as_json: "true",
      memory_limit: settings.memoryLimit ?? defaultMemoryLimit(),
      temp_directory: settings.tempDirectory ?? join(dirname(path), "spill"),
      ...(settings.threads === undefined ? {} : { threads: String(settings.threads) }),
      ...(settings.maxTempSize === undefined ? {} : { max_temp_directory_size: settings.maxTempSize }),
    });
    try {
      await database.inTransaction([
        { sql: "CREATE SCHEMA IF NOT EXISTS _osiris" },
        // One row for each published table; a step that publishes none has one row without a table.
        {
          sql: "CREATE TABLE IF NOT EXISTS _osiris.steps (step VARCHAR, table_name VARCHAR, row_count BIGINT)",
        },
        RECEIPTS_TABLE,
        CHECKPOINTS_TABLE,
      ]);
      await database.#wallIn(reachable);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Opens a finished, failed or killed run's database for looking. Refused while the run is going on. */
  static async openReadOnly(path: string): Promise<RunDatabase> {
    const database = await RunDatabase.#openInstance(path, {
      access_mode: "READ_ONLY",
      memory_limit: defaultMemoryLimit(),
    });
    try {
      await database.#wallIn({ files: [], directories: [] });
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  static async #openInstance(path: string, options: Record<string, string>): Promise<RunDatabase> {
    const real = join(realpathSync(dirname(path)), basename(path));
    if (openFiles.has(real)) throw lockedError(real, "this process has it open already");
    openFiles.add(real);
    try {
      return new RunDatabase(real, await DuckDBInstance.create(real, options));
    } catch (error) {
      openFiles.delete(real);
      throw openError(real, error);
    }
  }

  async #wallIn(reachable: ReachableFiles): Promise<void> {
    const list = (paths: readonly string[]): string => `[${paths.map(quoteLiteral).join(", ")}]`;
    const connection = await this.#connectOwn();
    try {
      await connection.run("SET GLOBAL TimeZone = 'UTC'");
      await connection.run(`SET GLOBAL allowed_paths = ${list(reachable.files)}`);
      await connection.run(`SET GLOBAL allowed_directories = ${list(reachable.directories)}`);
      await connection.run("SET GLOBAL enable_external_access = false");
      await connection.run("SET GLOBAL lock_configuration = true");
    } finally {
      connection.close();
    }
  }

  /** A new connection. Aborting `signal` interrupts whatever runs on it. Close it; the database does at the latest. */
  connect(signal?: AbortSignal): Promise<GuardedConnection> {
    return this.#connect({ statements: this.#statements, fetches: this.#fetches }, false, signal);
  }

  /** For our own small statements, which do not queue behind the steps' SQL. */
  #connectOwn(): Promise<GuardedConnection> {
    return this.#connect({ statements: this.#fetches, fetches: this.#fetches }, true);
  }

  async #connect(slots: ConnectionSlots, isOwn: boolean, signal?: AbortSignal): Promise<GuardedConnection> {
    if (this.#closed) {
      throw new OsirisError({
        code: "database.closed",
        category: "internal",
        message: `The run database is closed: ${this.path}`,
      });
    }
    const native = await this.#instance.connect();
    try {
      if (!isOwn) await native.run(KEEP_PROGRESS);
    } catch (error) {
      native.closeSync();
      throw fromDuckDb(error);
    }
    const connection: GuardedConnection = new GuardedConnection(
      native,
      slots,
      signal,
      () => this.#connections.delete(connection),
      isOwn,
    );
    this.#connections.add(connection);
    return connection;
  }

  /** One statement with a small result, on a connection of its own. */
  async query(sql: string, params?: SqlParams, signal?: AbortSignal): Promise<QueryResult> {
    const connection = await this.connect(signal);
    try {
      return await connection.run(sql, params);
    } finally {
      connection.close();
    }
  }

  /** The first rows of a statement's result, for people to read; the rest is not computed where DuckDB can help it. */
  async head(sql: string, rows: number): Promise<DisplayedRows> {
    const connection = await this.connect();
    try {
      return await connection.head(sql, rows);
    } finally {
      connection.close();
    }
  }

  /** Runs the statements in order, all or none. One at a time, so that two steps never publish into a conflict. */
  inTransaction(statements: readonly Statement[]): Promise<void> {
    return this.#transactions.run(async () => {
      const connection = await this.#connectOwn();
      // One statement is a transaction by itself, in half the time.
      const all = statements.length === 1 ? statements : [BEGIN, ...statements, COMMIT];
      try {
        for (const { sql, params } of all) await connection.run(sql, params);
      } finally {
        // A connection that closes inside a transaction rolls it back.
        connection.close();
      }
    });
  }

  /** Reads a published table in column batches; checked at the end against the table's row count. */
  read(
    table: string,
    options: ReadOptions = {},
    signal?: AbortSignal,
    tally?: ReadTally,
  ): AsyncGenerator<ColumnBatch> {
    return readTable(this, table, options, signal, tally);
  }

  /**
   * Lets DuckDB read the columns' types, where nothing but a type may stand. Throws when one is none, or is of a kind
   * whose values have no exact form in JavaScript.
   */
  async assertTypes(columns: readonly Column[]): Promise<void> {
    const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`);
    await this.lookUp(`SELECT ${nulls.join(", ")}`);
  }

  /** A small question of our own, which does not queue behind the steps' SQL. */
  async lookUp(sql: string, params?: SqlParams): Promise<QueryResult> {
    const connection = await this.#connectOwn();
    try {
      return await connection.run(sql, params);
    } finally {
      connection.close();
    }
  }

  async describe(table: string): Promise<TableShape> {
    const connection = await this.#connectOwn();
    try {
      const columns = await connection.run(
        `SELECT column_name, data_type FROM duckdb_columns()
         WHERE database_name = current_database() AND schema_name = 'main' AND table_name = $1
         ORDER BY column_index`,
        [table],
      );
      const count = await connection.run(`SELECT count(*) AS row_count FROM main.${quoteIdentifier(table)}`);
      return {
        rows: Number(count.rows[0]?.["row_count"]),
        columns: columns.rows.map((row) => ({
          name: row["column_name"] as string,
          type: row["data_type"] as string,
        })),
      };
    } finally {
      connection.close();
    }
  }

  /** The published tables, in the order of their names. */
  async tables(): Promise<readonly string[]> {
    const result = await this.query(
      `SELECT table_name FROM duckdb_tables()
       WHERE database_name = current_database() AND schema_name = 'main' AND NOT starts_with(table_name, $1)
       ORDER BY table_name`,
      [STAGING_PREFIX],
    );
    return result.rows.map((row) => row["table_name"] as string);
  }

  /**
   * Gives the space of dropped tables back. While a step writes, DuckDB refuses: then the next call does it, or closing.
   * (Never FORCE CHECKPOINT: it waits for all transactions, maybe for ever.)
   */
  async reclaimSpace(): Promise<void> {
    const connection = await this.#connectOwn();
    try {
      await connection.run("CHECKPOINT");
    } catch (error) {
      if (!isOsirisError(error) || readError(error.cause).exception_type !== "TransactionContext")
        throw error;
    } finally {
      connection.close();
    }
  }

  /** Closes every connection and the file. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#connections].map((connection) => connection.ended()));
    // Closing the instance writes the WAL into the file, so that readers find one file.
    this.#instance.closeSync();
    openFiles.delete(this.path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function openError(path: string, error: unknown): OsirisError {
  const reading = fromDuckDb(error);
  // DuckDB reports a lock that another process holds as an IO error without a code of its own.
  if (reading.code === "database.io" && reading.message.includes("Could not set lock")) {
    return lockedError(path, "another process has it open");
  }
  return new OsirisError({
    code: "database.open_failed",
    category: "external",
    message: `Cannot open the run database ${path}: ${reading.message}`,
    cause: error,
  });
}

function lockedError(path: string, why: string): OsirisError {
  return new OsirisError({
    code: "database.locked",
    category: "resource",
    message: `Cannot open the run database ${path}: ${why}.`,
    hint: "Wait for the run to end, or look at another run.",
  });
}

/**
 * The driver contract: all that an author of a driver needs to know of Osiris. Here is the run of a step; what a driver is
 * asked besides is beside it, in contract/.
 *
 * A driver reads its config and its input tables, and either fills a table (extractor, processor) or writes
 * one somewhere (writer). It never sees another step, the run folder's layout, or DuckDB itself.
 */

import type { CheckRequest, CheckResult } from "./contract/check.ts";
import type { CompileFiles, ConfigProblem } from "./contract/compile.ts";
import type { DiscoverRequest, Discovery } from "./contract/discover.ts";
import type { PlanRequest, WritePlan } from "./contract/plan.ts";
import type { TypeMapping } from "./contract/type-map.ts";
import type { JsonNumeral } from "./json-rows/json-numeral.ts";

export type { CheckRequest, CheckResult, CheckWarning } from "./contract/check.ts";
export type { CompileFiles, ConfigProblem } from "./contract/compile.ts";
export type { DiscoverRequest, Discovery, Resource, ResourceColumn } from "./contract/discover.ts";
export type {
  PlannedAction,
  PlannedChange,
  PlannedInput,
  PlanRefusal,
  PlanRequest,
  WritePlan,
} from "./contract/plan.ts";
export type { TypeMapping } from "./contract/type-map.ts";

/** The number in a driver package's `"osiris": { "contract": … }`. It changes when this file breaks drivers. */
export const CONTRACT_VERSION = 1;

/**
 * @typeParam Config what the driver's steps get; the spec's `configSchema` in types
 * @typeParam Connection the fields of it that a connection may supply
 */
export interface Driver<
  Config = Readonly<Record<string, unknown>>,
  Connection = Readonly<Record<string, unknown>>,
> {
  /**
   * Does the step's work, once. A rejected promise fails the step: nothing it staged is published. A later attempt begins
   * anew, or after the last {@link DriverContext.checkpoint}.
   * Errors should be `OsirisError`s; anything else is reported as a defect of the driver.
   */
  run(step: StepRequest<Config>): Promise<StepResult>;

  /**
   * What is wrong with a config that its schema cannot say. Called when a pipeline is compiled; reads nothing but its
   * arguments. Defaults and the connection are filled in; values from the environment are still their `${NAME}`.
   */
  validate?(config: Config, files: CompileFiles): readonly ConfigProblem[];

  /**
   * The columns of the step's single table, where the config alone decides them: SQL that reads the table is then
   * checked when the pipeline is compiled, and the run fails when the table has others. Called like {@link validate},
   * with configs in which it found nothing wrong.
   */
  columns?(config: Config, files: CompileFiles): readonly Column[] | undefined;

  /**
   * Whether a connection works: `osiris connections doctor` and `osiris doctor` ask. Resolves when it does; throws an
   * `OsirisError` that says what is wrong and what to do when it does not. Changes nothing at the other end. It has two
   * seconds, then the signal is aborted and the answer is that it took too long. Drivers of one family that have the
   * same function here are asked once.
   */
  check?(at: CheckRequest<Connection>): Promise<CheckResult>;

  /**
   * What there is to read behind a connection: `osiris discover` asks. Looks at catalogs and at bounded samples, never at
   * all rows of what may be large. It has 30 seconds. Drivers of one family that have the same function are asked once.
   */
  discover?(at: DiscoverRequest<Connection>): Promise<Discovery>;

  /**
   * Writers: what {@link run} would change at the destination, found by looking and without a change to anything:
   * `osiris plan` asks. Throws an `OsirisError` when that cannot be told, because nobody answers, say. It has 30 seconds.
   */
  plan?(at: PlanRequest<Config>): Promise<WritePlan>;

  /**
   * The types that the component reads or writes: `osiris components show` shows them. Drivers of one family may share one
   * table; users see the rows that are for the component's modes.
   */
  readonly typeMap?: readonly TypeMapping[];
}

export interface StepRequest<Config> {
  readonly stepId: string;
  /**
   * Spec defaults, the connection's values over them, the step's own over those; checked against the spec's
   * `configSchema`. File paths are absolute; strings under the spec's `secrets` are {@link Secret}s.
   */
  readonly config: Config;
  readonly inputs: Inputs;
  readonly ctx: DriverContext;
}

export interface Inputs {
  /** The input, when there is exactly one. */
  readonly table?: string;
  readonly tables: readonly InputTable[];
}

/** A published table of an upstream step: complete, and fixed for the life of the run. */
export interface InputTable {
  readonly step: string;
  /** Set when the step publishes several tables. */
  readonly output?: string;
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

export interface Column {
  readonly name: string;
  /** DuckDB's spelling: `BIGINT`, `DECIMAL(12,2)`, `TIMESTAMP`. */
  readonly type: string;
}

export interface StepResult {
  /**
   * Extractors and processors: rows in the tables they made (checked against them).
   * Writers: rows the destination confirmed, never rows sent. With those rejected and superseded they must be all rows
   * of the input, or the step fails.
   */
  readonly rows: number;
  /** Writers: input rows that gave way to a later one with the same key, and so were not written. @default 0 */
  readonly superseded?: number;
  /**
   * What the next run of the pipeline finds as {@link DriverContext.state}, such as the newest timestamp seen; at most
   * 1 MiB of JSON, no secrets. It counts only when all steps downstream have succeeded, too. @default the state stays
   */
  readonly state?: JsonValue;
}

/** What a step may do to the run. It is closed when `run` settles; using it later is an error. */
export interface DriverContext {
  /** Aborted when the run is cancelled. Pass it to everything that waits for the outside. */
  readonly signal: AbortSignal;
  /** What the step returned as its state in the last run whose state counts; undefined in the first one. */
  readonly state: JsonValue | undefined;
  /** A folder of this step's own inside the run folder, for files worth keeping. It exists. */
  readonly artifacts: string;

  /**
   * Creates the step's table, or with `output` one of several (`<step>__<output>`), for rows made in JavaScript.
   * Published when the step succeeds. Closed by the runtime if the driver does not.
   */
  createTable(columns: readonly Column[], options?: TableOptions): Promise<TableWriter>;

  /**
   * Creates a table for rows of JSON whose columns are not known, or not all: types are decided by all rows together,
   * when the table is closed. Published when the step succeeds. Closed by the runtime if the driver does not.
   */
  createJsonTable(options?: JsonTableOptions): Promise<JsonTableWriter>;

  /** Creates a table from one SELECT that DuckDB runs: nothing passes through JavaScript. */
  createTableAs(select: string, options?: TableAsOptions): Promise<CreatedTable>;

  /**
   * Opens `<step>__rejects`, for what the step leaves out of its table. It is published with the step, also when it
   * stays empty, and the run says how many rows it has. No other output may be called `rejects`.
   */
  openRejects(): Promise<RejectWriter>;

  /**
   * Commits, together: the rows that all tables of the step have so far, and `state`, which says where to go on. An
   * attempt that takes over, after an error or a crash, finds the state in {@link resumed}, those rows in its tables,
   * and none that came later. Each checkpoint replaces the one before; when the step has succeeded it is gone. A writer
   * calls it for what the destination has confirmed.
   *
   * Await it. It takes milliseconds, with two writes to the disk: call it once for a page, not for a row. `state` is JSON
   * of at most 1 MiB without secrets, and not null.
   * @throws OsirisError `state.invalid`, `state.secret`; `checkpoint.busy` when another call to it or to a JSON
   * table has not come back
   */
  checkpoint(state: JsonValue): Promise<void>;

  /**
   * The state of the checkpoint after which this attempt goes on; undefined when it begins anew. Tables of the checkpoint
   * are opened by creating them again, with the same columns (else `checkpoint.columns_changed`); those that are not are
   * part of the result all the same. `createTableAs` makes its table anew.
   */
  readonly resumed: JsonValue | undefined;

  /**
   * Reads a table as column batches, on a connection of its own. At the end the rows read are compared with the
   * table's count; a difference is an error. Leaving the loop early closes the reader.
   */
  readTable(table: string, options?: ReadOptions): AsyncIterable<ColumnBatch>;

  /**
   * Runs one statement whose result is small, and returns all of it. Statements that change the database for all steps
   * (ATTACH, LOAD, SET, PRAGMA, CALL, CHECKPOINT and the like) are refused here and on every connection.
   */
  query(sql: string, params?: SqlParams): Promise<QueryResult>;

  /** A connection for what the above cannot do. The runtime closes it when the step ends. */
  connect(): Promise<SqlConnection>;

  /**
   * A path beside `destination` that only this run uses: write there, then rename. A reader of the destination
   * sees the old file or the new one. Allowed for the paths that the spec declares as `paths.write`.
   */
  partialPath(destination: string): string;

  /**
   * What all steps of the run that are executed in this process share under one key, made by the first that asks: the rate
   * limiter of a server, say. Keys are the driver's; begin them with the package's name. It lives as long as the run and is
   * not closed: no connections, no files.
   */
  shared<T>(key: string, create: () => T): T;

  /**
   * How far the step is, for people who wait. Rows appended to tables, rows read with {@link readTable} and the progress
   * of DuckDB's statements are known anyway: tell what only the driver knows, such as the bytes of a file. Costs nothing
   * to call, so call it for every page or block; what is shown is the last of each number. It goes into no record.
   */
  progress(progress: Progress): void;
  /** Says something for people; warnings and errors are shown while the step runs. Fields as those of {@link event}. */
  log(level: LogLevel, message: string, fields?: EventFields): void;
  /**
   * One finite number about this step; goes to `metrics.jsonl`. Rows and durations are measured by Osiris, and their names
   * refused. `bytes_read`, `bytes_written`, `requests_made` and `pages_fetched` have their unit; others are the driver's.
   * Names match `^[a-z][a-z0-9_.]*$`.
   */
  metric(name: string, value: number, unit?: string): void;
  /**
   * One thing that happened in this step; goes to `events.jsonl`. Names match `^[a-z][a-z0-9_.]*$`. Refused are the names
   * of Osiris's own events, except `schema`, whose shape is checked, and the fields `ts`, `run_id`, `event`, `step_id` and
   * `attempt`.
   */
  event(name: string, fields?: EventFields): void;
}

/** Totals so far, not steps. A number that is left out stays as it was; what is no number from 0 up is ignored. */
export interface Progress {
  readonly rows?: number;
  readonly bytes?: number;
  /** How many rows there will be, where that is known. With it the time that is left can be told. */
  readonly totalRows?: number;
  /** How many bytes there will be, where that is known. With it the time that is left can be told. */
  readonly totalBytes?: number;
}

export type LogLevel = "debug" | "info" | "warn" | "error";
export type EventFields = Readonly<Record<string, JsonValue>>;
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface TableOptions {
  /** Matches `^[a-z][a-z0-9_]{0,62}$`. @default the step's single table */
  readonly output?: string;
}

export interface TableAsOptions extends TableOptions {
  readonly params?: SqlParams;
  /**
   * The table is made only when this resolves. When it rejects, the query is interrupted, nothing is made, the call
   * rejects with the same reason, and the table may be created anew.
   */
  readonly provided?: Promise<void>;
}

export interface CreatedTable {
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/**
 * Fills one table. Rows go to the run database in short transactions of about one row group; memory stays flat.
 *
 * Every type of DuckDB has one form, exact, which the reader gives and the writer takes; text is taken too where it says
 * so. Nothing is rounded or cut.
 *
 * | type                              | form                                                              |
 * | --------------------------------- | ----------------------------------------------------------------- |
 * | BOOLEAN                           | boolean                                                           |
 * | TINYINT … INTEGER, UTINYINT … UINTEGER | number, whole                                                |
 * | BIGINT, UBIGINT, HUGEINT, UHUGEINT, BIGNUM | bigint. In: a safe integer too                           |
 * | DOUBLE, FLOAT                     | number. In, FLOAT: exactly a float (`Math.fround`)                |
 * | DECIMAL(w,s)                      | string such as `"-12.50"`                                         |
 * | VARCHAR, JSON                     | string, well-formed Unicode. In, JSON: valid JSON                 |
 * | ENUM, UUID                        | string                                                            |
 * | BIT                               | string of `0` and `1`                                             |
 * | BLOB                              | `Uint8Array`                                                      |
 * | DATE                              | number of days since 1970-01-01. In: `"YYYY-MM-DD"` too           |
 * | TIMESTAMP, _S, _MS, _NS           | bigint since 1970-01-01, in microseconds or the type's own unit. In: `"YYYY-MM-DD hh:mm:ss[.f…]"` too (or with `T`) |
 * | TIMESTAMP WITH TIME ZONE          | bigint, microseconds since 1970-01-01 UTC. In: text with a zone (`Z`, `±hh[:mm]`) too |
 * | TIME, TIME_NS                     | bigint since midnight, micro- or nanoseconds. In: `"hh:mm:ss[.f…]"` too |
 * | TIME WITH TIME ZONE               | string, `"hh:mm:ss[.f…]±hh[:mm[:ss]]"`                            |
 * | INTERVAL                          | {@link Interval}                                                  |
 * | LIST, ARRAY                       | array                                                             |
 * | STRUCT                            | plain object. In: a missing field is NULL, an unknown one an error |
 * | MAP                               | `Map`                                                             |
 * | UNION                             | {@link UnionCell}                                                 |
 *
 * The infinite dates and timestamps are the numbers that DuckDB has for them; in, the texts `"infinity"` and `"-infinity"`
 * too. `null` is NULL; in, `undefined` too. Any other value is an error that names the table, the row, the column and what
 * was expected. A column of a type that is not listed is an error (`table.unsupported_type`).
 */
export interface TableWriter {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Rows in the table so far, with those before the checkpoint after which the attempt goes on. */
  readonly rows: number;
  /** Adds a row. Values are found by column name, a missing one is NULL, an unknown name is an error. */
  append(row: Readonly<Record<string, CellInput>>): void;
  /**
   * Adds rows column by column, as they lie in memory, for drivers that decode a binary protocol: nothing becomes a JavaScript
   * value. One entry for each of {@link columns}, in their order; at most 2,048 rows, and full calls are the fastest. Arrays may be
   * longer than the rows need. The memory is the caller's again when the call returns. May be mixed with {@link append}.
   *
   * Not for BIT, BIGNUM, ENUM, TIME WITH TIME ZONE and nested types (`table.unsupported_type`). A value that its type does not have
   * is an error that names row and column, as for {@link append}; memory that is laid out wrongly is `table.unusable_columns`.
   */
  appendColumns(rowCount: number, columns: readonly ColumnData[]): void;
  /**
   * Commits what is buffered. After it no row can be added. Safe to call twice. After a failed `append` it throws that
   * error, and so does the step: a row is missing.
   */
  close(): void;
}

/**
 * A column of rows in memory, little-endian, laid out as Arrow and DuckDB have it. What lies in the place of a NULL does not matter.
 * Views of a SharedArrayBuffer are refused.
 */
export type ColumnData = FixedWidthData | BytesData;

/**
 * Values of one width, one after the other. BOOLEAN: a byte, 0 or 1. Whole numbers, FLOAT, DOUBLE: their own. DECIMAL: the
 * unscaled number in 16, 32, 64 or 128 bits for widths up to 4, 9, 18 and 38. DATE: days, 32 bits. TIME, TIMESTAMP and their
 * kin: 64 bits, in the type's unit. INTERVAL: months and days of 32 bits, microseconds of 64. UUID: its 128 bits as one number with the
 * highest bit inverted, as DuckDB stores it.
 */
export interface FixedWidthData {
  readonly values: ArrayBufferView<ArrayBuffer>;
  /** A bit for each row, from the lowest of the first byte: set where there is a value. @default no NULL */
  readonly valid?: Uint8Array<ArrayBuffer>;
}

/**
 * VARCHAR, JSON and BLOB: all values in one piece; value `i` is from `offsets[i]` up to `offsets[i + 1]`. The first need not be 0.
 * Text is UTF-8, and JSON valid; both are checked.
 */
export interface BytesData {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly valid?: Uint8Array<ArrayBuffer>;
}

/** Takes what a step leaves out. Closed with the step. Secrets of the step's config become `***`, in the row too. */
export interface RejectWriter {
  /** Rows rejected so far, with those before the checkpoint after which the attempt goes on. */
  readonly rows: number;
  add(reject: Reject): void;
}

/** A row of `<step>__rejects`; its columns have the same names. */
export interface Reject {
  /** The row as it came; a text where it is none yet. Kept as JSON. */
  readonly row: JsonValue;
  /** Why it was left out, in plain words. */
  readonly reason: string;
  /** The file or address it came from. */
  readonly source?: string;
  /** Where in it the row begins, counted from 1. */
  readonly line?: number;
}

/** What {@link TableWriter} takes for a cell. */
export type CellInput =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CellInput[]
  | ReadonlyMap<CellInput, CellInput>
  | { readonly [field: string]: CellInput };

export interface JsonTableOptions extends TableOptions {
  /**
   * The columns that the source declares: never guessed, always in the table, first in it. A value that does not fit its
   * type exactly is an error that names row and column. Types: those of {@link TableWriter}; JSON takes any value.
   * Values as there, and any number with its digits for DECIMAL. Found by the key's exact name.
   * @default none
   */
  readonly columns?: readonly Column[];
  /** What happens when a value does not fit the type of the values before it. @default "widen" */
  readonly onTypeChange?: "widen" | "fail";
  /**
   * The most columns, declared ones included. What belongs to keys that appear later stays in a further column, `_extra`:
   * a JSON object per row. @default 1000
   */
  readonly maxColumns?: number;
}

/**
 * Fills one table from rows of JSON. Memory stays flat: rows are staged in the run database until their types are known.
 *
 * A key is a column; columns stand in the order in which keys first appear (within a row as JavaScript lists them: keys
 * that are array indexes first). null and a missing key are both NULL. The type of a column is the narrowest that holds
 * all its values exactly:
 *
 * | values                                                    | type                                             |
 * | --------------------------------------------------------- | ------------------------------------------------ |
 * | true, false                                               | BOOLEAN                                          |
 * | strings (never guessed to be dates or numbers), only null | VARCHAR                                          |
 * | whole numbers                                             | BIGINT, then HUGEINT, then VARCHAR: their digits |
 * | doubles, and whole numbers within ±(2^53 - 1)             | DOUBLE                                           |
 * | any other numbers                                         | DECIMAL, or VARCHAR where it has too few digits  |
 * | objects, arrays, and any mixture                          | JSON: each value as it stood                     |
 */
export interface JsonTableWriter {
  readonly table: string;
  /** Rows in the table so far, with those before the checkpoint after which the attempt goes on. */
  readonly rows: number;
  /** Adds rows, such as those of a page. Await it: the next call is refused until it has come back. */
  append(rows: readonly JsonRow[]): Promise<void>;
  /**
   * Decides the types and makes the table. After it no row can be added, also not by an attempt that goes on after a later
   * checkpoint. Safe to call again once it has come back.
   */
  close(options?: JsonCloseOptions): Promise<void>;
}

export interface JsonCloseOptions {
  /**
   * The columns that the table has in any case, by the rows' keys, and their order; others stand after them. One that no row has is
   * VARCHAR, and NULL throughout. Two names that differ in case only are an error, and so is one whose values are in `_extra`.
   * @default the declared columns, then the others in the order of their first appearance
   */
  readonly columns?: readonly string[];
}

/** One row, as `JSON.parse` gives it. */
export type JsonRow = Readonly<Record<string, JsonInput | undefined>>;

/**
 * What `JSON.parse` gives, and numbers that it rounds. A `number` that is no safe integer is taken for a double: a whole
 * number beyond ±(2^53 - 1) comes as a bigint, or its text as a {@link JsonNumeral}. NaN, infinities, text that is not
 * well-formed Unicode and objects of classes are errors.
 */
export type JsonInput =
  | string
  | number
  | bigint
  | boolean
  | null
  | JsonNumeral
  | readonly JsonInput[]
  | { readonly [key: string]: JsonInput | undefined };

export interface ReadOptions {
  /** @default all, in table order */
  readonly columns?: readonly string[];
  /** Column names, ascending, NULLs last. @default the order in which rows were written */
  readonly orderBy?: readonly string[];
}

/** Up to 2,048 rows, column by column. Valid until the next batch is asked for. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}

/** One column of a batch. */
export interface ColumnVector {
  readonly name: string;
  /** As DuckDB takes it in SQL. */
  readonly type: string;
  /** The exact value, in the form that {@link TableWriter} lists. Arrays, objects and bytes are the caller's own. */
  get(row: number): Cell;
}

/** A value that was read. {@link TableWriter} lists which form each type has. */
export type Cell =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | Interval
  | UnionCell
  | readonly Cell[]
  | ReadonlyMap<Cell, Cell>
  | { readonly [field: string]: Cell };

/** DuckDB's INTERVAL: three parts that it never adds up, each with a sign of its own. */
export type Interval = {
  readonly months: number;
  readonly days: number;
  /** Microseconds. */
  readonly micros: bigint;
};

/** A value of a UNION, with the name of the member that it is. */
export type UnionCell = { readonly tag: string; readonly value: Cell };

export type SqlParams = readonly SqlParam[] | Readonly<Record<string, SqlParam>>;
export type SqlParam = string | number | bigint | boolean | null;

export interface QueryResult {
  readonly columns: readonly Column[];
  /** By column name, in the forms that {@link TableWriter} lists. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/**
 * One connection to the run database. While a stream is open, every other statement on the same connection
 * throws: DuckDB would cut the stream short without a word.
 */
export interface SqlConnection {
  run(sql: string, params?: SqlParams): Promise<QueryResult>;
  stream(sql: string, params?: SqlParams): AsyncIterable<ColumnBatch>;
  close(): void;
}

/** Gives a driver the types of its config and its connection. Returns its argument. */
export function defineDriver<Config, Connection = Readonly<Record<string, unknown>>>(
  driver: Driver<Config, Connection>,
): Driver<Config, Connection> {
  return driver;
}

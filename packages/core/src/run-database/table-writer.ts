import { DuckDBDataChunk, type DuckDBAppender, type DuckDBType } from "@duckdb/node-api";
import nb from "@duckdb/node-bindings";
import type { CellInput, Column, ColumnData, TableWriter } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { setCell, VECTOR_ROWS, type ColumnBuffer, type Tally } from "./column-buffers/column-buffer.ts";
import { createBuffer } from "./column-buffers/create-buffer.ts";
import { UnusableData, type ColumnCopy } from "./column-data/column-copy.ts";
import { createCopy } from "./column-data/create-copy.ts";
import type { TableSnapshot } from "./checkpoint-book.ts";
import type { GuardedConnection } from "./connection.ts";
import { fromDuckDb } from "./duckdb-errors.ts";
import { Misfit } from "./formats/misfit.ts";

/**
 * A short transaction: one DuckDB row group. DuckDB compresses whole row groups as they are committed; part of one it
 * writes to its log first and again later, so only rows with much text or many elements end a transaction earlier.
 */
const TRANSACTION_ROWS = 122_880;
const TRANSACTION_BYTES = 64 * 1024 * 1024;
/** So much text waits in JavaScript at most, however few rows it has. */
const BUFFERED_BYTES = 16 * 1024 * 1024;

/**
 * Rows -> one typed array per column -> one copy per column into a DuckDB vector -> appender. The connection is in
 * autocommit, so each flush of the appender is a transaction of its own.
 */
export class ColumnarTableWriter implements TableWriter {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly #names: readonly string[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #tally: Tally = { bytes: 0 };
  readonly #connection: GuardedConnection;
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  readonly #chunk: DuckDBDataChunk;
  /** Made when columns are appended first. */
  #copies: readonly ColumnCopy[] | undefined;
  #rows: number;
  #inVector = 0;
  #sinceCommit = 0;
  #bytesSinceCommit = 0;
  #state: "open" | "closed" | "failed" = "open";
  /** The first error: rows are missing from here on, whoever has caught it. */
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    table: string,
    columns: readonly Column[],
    connection: GuardedConnection,
    appender: DuckDBAppender,
    rows: number,
  ) {
    this.table = table;
    this.columns = columns;
    this.#names = columns.map((column) => column.name);
    const types = columns.map((_, index) => appender.columnType(index));
    this.#buffers = columns.map((column, index) =>
      createBuffer(column, types[index] as DuckDBType, this.#tally),
    );
    this.#types = types;
    this.#rows = rows;
    this.#connection = connection;
    this.#appender = appender;
    // The types of the table itself: DuckDB would cast, and so accept or round, what other types hold.
    this.#chunk = DuckDBDataChunk.create(types);
  }

  /**
   * Opens a writer on an existing, committed table whose columns are `columns`, and which has `rows` rows. Owns
   * `connection` from now on.
   */
  static async open(
    target: { readonly table: string; readonly stagingTable: string },
    columns: readonly Column[],
    connection: GuardedConnection,
    rows = 0,
  ): Promise<ColumnarTableWriter> {
    const appender = await connection.native.createAppender(target.stagingTable, "main");
    return new ColumnarTableWriter(target.table, columns, connection, appender, rows);
  }

  get rows(): number {
    return this.#rows;
  }

  append(row: Readonly<Record<string, CellInput>>): void {
    if (this.#state !== "open") throw this.#notOpen();
    let column = 0;
    try {
      let ordered = true;
      // A row whose keys stand in the order of the columns needs no look-up: nearly all do.
      for (const name in row) {
        ordered = name === this.#names[column];
        if (!ordered) break;
        setCell(this.#buffers[column] as ColumnBuffer, this.#inVector, row[name]);
        column += 1;
      }
      let found = column;
      for (; column < this.#names.length; column++) {
        const name = this.#names[column] as string;
        const given = has(row, name);
        if (given) found += 1;
        setCell(this.#buffers[column] as ColumnBuffer, this.#inVector, given ? row[name] : undefined);
      }
      if (!ordered && found !== countKeys(row)) throw this.#unknownName(row);
    } catch (error) {
      throw this.#fail(this.#explain(error, this.#names[column]));
    }
    this.#endRow();
  }

  /** Adds a row whose values stand in the order of the columns. */
  appendCells(cells: readonly CellInput[]): void {
    if (this.#state !== "open") throw this.#notOpen();
    let column = 0;
    try {
      for (; column < this.#buffers.length; column++)
        setCell(this.#buffers[column] as ColumnBuffer, this.#inVector, cells[column]);
    } catch (error) {
      throw this.#fail(this.#explain(error, this.#names[column]));
    }
    this.#endRow();
  }

  appendColumns(rowCount: number, columns: readonly ColumnData[]): void {
    if (this.#state !== "open") throw this.#notOpen();
    this.#assertFits(rowCount, columns);
    this.#copies ??= this.#createCopies();
    this.#putBuffered();
    nb.data_chunk_reset(this.#chunk.chunk);
    nb.data_chunk_set_size(this.#chunk.chunk, rowCount);
    let column = 0;
    try {
      for (; column < columns.length; column++) {
        const vector = nb.data_chunk_get_vector(this.#chunk.chunk, column);
        const copy = this.#copies[column] as ColumnCopy;
        this.#bytesSinceCommit += copy.copy(vector, columns[column] as ColumnData, rowCount);
      }
    } catch (error) {
      throw this.#fail(this.#explain(error, this.#names[column]));
    }
    this.#rows += rowCount;
    this.#putChunk(rowCount);
  }

  #assertFits(rowCount: number, columns: readonly ColumnData[]): void {
    if (!Number.isInteger(rowCount) || rowCount < 0 || rowCount > VECTOR_ROWS)
      throw this.#fail(this.#unusable(`${rowCount} rows were given, not from 0 to ${VECTOR_ROWS}`));
    if (columns.length !== this.#names.length)
      throw this.#fail(this.#unusable(`${columns.length} columns were given, not ${this.#names.length}`));
  }

  #createCopies(): readonly ColumnCopy[] {
    try {
      return this.columns.map((column, index) => createCopy(column, this.#types[index] as DuckDBType));
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #endRow(): void {
    this.#rows += 1;
    this.#inVector += 1;
    if (this.#inVector === VECTOR_ROWS || this.#tally.bytes >= BUFFERED_BYTES) this.#putBuffered();
  }

  close(): void {
    if (this.#state !== "closed") this.#end();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Commits the rows so far, and says what they are. */
  snapshot(): TableSnapshot {
    if (this.#state === "open") {
      this.#putBuffered();
      if (this.#sinceCommit > 0) this.#commit();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    return { table: this.table, rows: this.#rows, columns: this.columns };
  }

  /** Closes without the rows that are not committed. */
  abandon(): void {
    if (this.#state === "closed") return;
    this.#state = "failed";
    this.#end();
  }

  #end(): void {
    const complete = this.#state === "open";
    try {
      if (complete) this.#putBuffered();
      // After an error the appender would only fail again on what it still holds.
      else this.#appender.clear();
      this.#duckdb(() => this.#appender.closeSync());
    } finally {
      this.#state = "closed";
      this.#connection.close();
    }
  }

  #fail(error: unknown): unknown {
    this.#state = "failed";
    this.#failure ??= { error };
    return error;
  }

  /** Says where it was. */
  #explain(error: unknown, column: string | undefined): unknown {
    if (error instanceof UnusableData) return this.#unusable(`column "${column}": ${error.message}`);
    return error instanceof Misfit ? this.#misfit(error, column) : error;
  }

  #unusable(problem: string): OsirisError {
    return new OsirisError({
      code: "table.unusable_columns",
      category: "internal",
      message: `Table "${this.table}", after row ${this.#rows}: ${problem}`,
    });
  }

  #misfit(error: Misfit, column: string | undefined): OsirisError {
    const place = error.path === "" ? "" : ` at ${error.path}`;
    return new OsirisError({
      code: "table.value_misfit",
      category: "data",
      message: `Table "${this.table}", row ${this.#rows + 1 + error.row}, column "${column}"${place}: ${error.message}`,
      cause: error,
    });
  }

  /** Passes on the rows that wait in the buffers. */
  #putBuffered(): void {
    const rows = this.#inVector;
    if (rows === 0) return;
    nb.data_chunk_reset(this.#chunk.chunk);
    nb.data_chunk_set_size(this.#chunk.chunk, rows);
    this.#buffers.forEach((buffer, index) => {
      buffer.flush(nb.data_chunk_get_vector(this.#chunk.chunk, index), rows);
    });
    this.#bytesSinceCommit += this.#tally.bytes;
    this.#tally.bytes = 0;
    this.#inVector = 0;
    this.#putChunk(rows);
  }

  /** Appends what is in the chunk, and commits where a transaction is long enough. */
  #putChunk(rows: number): void {
    this.#duckdb(() => this.#appender.appendDataChunk(this.#chunk));
    this.#sinceCommit += rows;
    if (this.#sinceCommit >= TRANSACTION_ROWS || this.#bytesSinceCommit >= TRANSACTION_BYTES) this.#commit();
  }

  #commit(): void {
    this.#duckdb(() => this.#appender.flushSync());
    this.#sinceCommit = 0;
    this.#bytesSinceCommit = 0;
  }

  #duckdb(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw this.#fail(fromDuckDb(error));
    }
  }

  #unknownName(row: Readonly<Record<string, CellInput>>): OsirisError {
    const unknown = Object.keys(row).filter((name) => !this.#names.includes(name));
    return new OsirisError({
      code: "table.unknown_column",
      category: "data",
      message: `Table "${this.table}", row ${this.#rows + 1}: no column is called ${unknown.map((name) => `"${name}"`).join(", ")}`,
      hint: `The table's columns are: ${this.#names.join(", ")}.`,
    });
  }

  #notOpen(): OsirisError {
    return new OsirisError({
      code: "table.writer_closed",
      category: "internal",
      message: `Table "${this.table}": a row was appended after the writer was ${this.#state === "failed" ? "broken by an earlier error" : "closed"}`,
    });
  }
}

/** False for the names that every object has, such as "constructor", unless the row has a key of that name. */
function has(row: object, name: string): boolean {
  return Object.hasOwn(row, name) || (name in row && !(name in Object.prototype));
}

function countKeys(row: object): number {
  let count = 0;
  // oxlint-disable-next-line guard-for-in -- counts what the caller gave; Object.keys would allocate per row
  for (const _name in row) count += 1;
  return count;
}

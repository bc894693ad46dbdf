import { DuckDBDataChunk, VARCHAR, type DuckDBAppender } from "@duckdb/node-api";
import nb from "@duckdb/node-bindings";
import type { CellInput, Column, TableWriter } from "../contract.ts";
import { OsirisError, isOsirisError } from "../errors.ts";
import { columnBuffer, VECTOR_ROWS, type ColumnBuffer } from "./column-buffers.ts";
import type { GuardedConnection } from "./connection.ts";
import { fromDuckDb } from "./duckdb-errors.ts";

/** A short transaction: one DuckDB row group, or this many bytes of text. */
const TRANSACTION_ROWS = 122_880;
const TRANSACTION_BYTES = 16 * 1024 * 1024;

/**
 * Rows -> one typed array per column -> one copy per column into a DuckDB vector -> appender. The connection is in
 * autocommit, so each flush of the appender is a transaction of its own.
 */
export class ColumnarTableWriter implements TableWriter {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly #names: readonly string[];
  /** Names that a row without such a key has all the same, such as "constructor". */
  readonly #inherited: ReadonlySet<string>;
  readonly #buffers: readonly ColumnBuffer[];
  readonly #textBuffers: readonly ColumnBuffer[];
  readonly #connection: GuardedConnection;
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  #rows = 0;
  #inVector = 0;
  #sinceCommit = 0;
  #bytesSinceCommit = 0;
  #state: "open" | "closed" | "failed" = "open";

  private constructor(
    table: string,
    columns: readonly Column[],
    connection: GuardedConnection,
    appender: DuckDBAppender,
  ) {
    this.table = table;
    this.columns = columns;
    this.#names = columns.map((column) => column.name);
    this.#inherited = new Set(this.#names.filter((name) => name in Object.prototype));
    this.#buffers = columns.map(columnBuffer);
    this.#textBuffers = this.#buffers.filter((buffer) => buffer.type === VARCHAR);
    this.#connection = connection;
    this.#appender = appender;
    this.#chunk = DuckDBDataChunk.create(this.#buffers.map((buffer) => buffer.type));
  }

  /** Opens a writer on an existing, committed table whose columns are `columns`. Owns `connection` from now on. */
  static async open(
    target: { readonly table: string; readonly stagingTable: string },
    columns: readonly Column[],
    connection: GuardedConnection,
  ): Promise<ColumnarTableWriter> {
    const appender = await connection.native.createAppender(target.stagingTable, "main");
    return new ColumnarTableWriter(target.table, columns, connection, appender);
  }

  get rows(): number {
    return this.#rows;
  }

  append(row: Readonly<Record<string, CellInput>>): void {
    if (this.#state !== "open") throw this.#notOpen();
    let found = 0;
    for (let index = 0; index < this.#names.length; index++) {
      const name = this.#names[index] as string;
      const value = this.#inherited.has(name) && !Object.hasOwn(row, name) ? undefined : row[name];
      const buffer = this.#buffers[index] as ColumnBuffer;
      if (value === null || value === undefined) {
        buffer.setNull(this.#inVector);
        if (value === null || Object.hasOwn(row, name)) found += 1;
      } else {
        found += 1;
        this.#set(buffer, index, value);
      }
    }
    if (found !== countKeys(row)) throw this.#unknownName(row);
    this.#rows += 1;
    this.#inVector += 1;
    if (this.#inVector === VECTOR_ROWS || this.#textBytes() >= TRANSACTION_BYTES) this.#flushVector();
  }

  close(): void {
    if (this.#state === "closed") return;
    const complete = this.#state === "open";
    try {
      if (complete) this.#flushVector();
      // After an error the appender would only fail again on what it still holds.
      else this.#appender.clear();
      this.#duckdb(() => this.#appender.closeSync());
    } finally {
      this.#state = "closed";
      this.#connection.close();
    }
  }

  #set(buffer: ColumnBuffer, index: number, value: NonNullable<CellInput>): void {
    try {
      buffer.set(this.#inVector, value);
    } catch (error) {
      this.#state = "failed";
      if (!isOsirisError(error)) throw error;
      throw new OsirisError({
        code: error.code,
        category: error.category,
        message: `Table "${this.table}", row ${this.#rows + 1}, column "${this.#names[index]}": ${error.message}`,
        cause: error,
      });
    }
  }

  #flushVector(): void {
    if (this.#inVector > 0) {
      nb.data_chunk_reset(this.#chunk.chunk);
      nb.data_chunk_set_size(this.#chunk.chunk, this.#inVector);
      this.#bytesSinceCommit += this.#textBytes();
      this.#buffers.forEach((buffer, index) => {
        buffer.flush(nb.data_chunk_get_vector(this.#chunk.chunk, index), this.#inVector);
      });
      this.#duckdb(() => this.#appender.appendDataChunk(this.#chunk));
      this.#sinceCommit += this.#inVector;
      this.#inVector = 0;
    }
    if (this.#sinceCommit >= TRANSACTION_ROWS || this.#bytesSinceCommit >= TRANSACTION_BYTES) {
      this.#duckdb(() => this.#appender.flushSync());
      this.#sinceCommit = 0;
      this.#bytesSinceCommit = 0;
    }
  }

  /** Strings make a row as large as they like: they count against the transaction before the vector is full. */
  #textBytes(): number {
    let bytes = 0;
    for (const buffer of this.#textBuffers) bytes += buffer.bytes;
    return bytes;
  }

  #duckdb(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#state = "failed";
      throw fromDuckDb(error);
    }
  }

  #unknownName(row: Readonly<Record<string, CellInput>>): OsirisError {
    this.#state = "failed";
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

function countKeys(row: object): number {
  let count = 0;
  // oxlint-disable-next-line guard-for-in -- counts what the caller gave; Object.keys would allocate per row
  for (const _name in row) count += 1;
  return count;
}

import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import nb from "@duckdb/node-bindings";
import type { Cell, Column, ColumnBatch, ColumnVector, JsonValue } from "../../contract.ts";
import { typeText } from "../formats/type-text.ts";
import { openerOf } from "./open-vector.ts";
import { displayOf, type Display } from "../display.ts";
import type { OpenVector, ReadCell } from "./read-cell.ts";

interface TypedColumns {
  deduplicatedColumnNames(): string[];
  columnTypes(): DuckDBType[];
}

/** A column together with the way to read its vectors. */
export interface ReadableColumn extends Column {
  readonly open: OpenVector;
  readonly display: Display;
}

/** The columns of a result, names made unique the way DuckDB does it. Throws when a type cannot be read exactly. */
export function columnsOf(result: TypedColumns): readonly ReadableColumn[] {
  const names = result.deduplicatedColumnNames();
  return result.columnTypes().map((type, index) => {
    const name = names[index] ?? "";
    return { name, type: typeText(type), open: openerOf(name, type), display: displayOf(type) };
  });
}

export function batchOf(chunk: DuckDBDataChunk, columns: readonly ReadableColumn[]): ColumnBatch {
  const { rowCount } = chunk;
  return {
    rowCount,
    columns: columns.map((column, index) => new ChunkColumn(chunk, column, index)),
  };
}

/** Row by row, cells by column name. */
export function rowsOf(
  chunk: DuckDBDataChunk,
  columns: readonly ReadableColumn[],
): readonly Readonly<Record<string, Cell>>[] {
  return recordsOf(chunk, columns, (cell) => cell);
}

/** Like {@link rowsOf}, for people to read. */
export function displayedRowsOf(
  chunk: DuckDBDataChunk,
  columns: readonly ReadableColumn[],
): readonly Readonly<Record<string, JsonValue>>[] {
  return recordsOf(chunk, columns, (cell, column) => column.display(cell));
}

function recordsOf<Shown>(
  chunk: DuckDBDataChunk,
  columns: readonly ReadableColumn[],
  show: (cell: Cell, column: ReadableColumn) => Shown,
): readonly Readonly<Record<string, Shown>>[] {
  const { rowCount, columns: vectors } = batchOf(chunk, columns);
  return Array.from({ length: rowCount }, (_, row) => {
    // Without a prototype: a column may be called __proto__.
    const record = Object.create(null) as Record<string, Shown>;
    columns.forEach((column, index) => {
      record[column.name] = show((vectors[index] as ColumnVector).get(row), column);
    });
    return record;
  });
}

class ChunkColumn implements ColumnVector {
  readonly name: string;
  readonly type: string;
  readonly #open: OpenVector;
  /** Long strings stay in the chunk until they are asked for: it must not be collected before this. */
  readonly #chunk: DuckDBDataChunk;
  readonly #index: number;
  /** Made when the first cell is asked for: a column that nobody reads costs nothing. */
  #read: ReadCell | undefined;

  constructor(chunk: DuckDBDataChunk, { name, type, open }: ReadableColumn, index: number) {
    this.name = name;
    this.type = type;
    this.#open = open;
    this.#chunk = chunk;
    this.#index = index;
  }

  get(row: number): Cell {
    this.#read ??= this.#open(nb.data_chunk_get_vector(this.#chunk.chunk, this.#index), this.#chunk.rowCount);
    return this.#read(row);
  }
}

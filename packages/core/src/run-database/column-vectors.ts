import {
  DuckDBTypeId,
  type DuckDBDataChunk,
  type DuckDBDateValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Cell, Column, ColumnBatch, ColumnVector } from "../contract.ts";

interface TypedColumns {
  deduplicatedColumnNames(): string[];
  columnTypes(): DuckDBType[];
}

/** A column together with the way from DuckDB's value to the contract's exact one. */
export interface ReadableColumn extends Column {
  readonly cell: (value: DuckDBValue) => Cell;
}

/** The columns of a result, names made unique the way DuckDB does it. */
export function columnsOf(result: TypedColumns): readonly ReadableColumn[] {
  const names = result.deduplicatedColumnNames();
  return result
    .columnTypes()
    .map((type, index) => ({ name: names[index] ?? "", type: String(type), cell: cellReader(type) }));
}

export function batchOf(chunk: DuckDBDataChunk, columns: readonly ReadableColumn[]): ColumnBatch {
  return {
    rowCount: chunk.rowCount,
    columns: columns.map((column, index) => vectorOf(chunk, column, index)),
  };
}

function vectorOf(chunk: DuckDBDataChunk, column: ReadableColumn, index: number): ColumnVector {
  const vector = chunk.getColumnVector(index);
  return {
    name: column.name,
    type: column.type,
    get(row) {
      const value = vector.getItem(row);
      return value === null ? null : column.cell(value);
    },
  };
}

/** DATE and TIMESTAMP have an exact number behind their text. */
function cellReader(type: DuckDBType): (value: DuckDBValue) => Cell {
  if (type.typeId === DuckDBTypeId.DATE) return (value) => (value as DuckDBDateValue).days;
  if (type.typeId === DuckDBTypeId.TIMESTAMP) return (value) => (value as DuckDBTimestampValue).micros;
  return textUnlessPlain;
}

/** The value itself where JavaScript has it exactly, else DuckDB's text for it. */
export function textUnlessPlain(value: DuckDBValue): Cell {
  return value === null || typeof value !== "object" ? value : value.toString();
}

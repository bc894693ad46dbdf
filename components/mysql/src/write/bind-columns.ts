import { OsirisError, type Column } from "@osiris/core";
import type { LoadColumn } from "../load/load-rows.ts";
import type { TargetColumn } from "./target-table.ts";

/** The columns of the rows, and what they are in the table. */
export interface BoundColumns {
  readonly columns: readonly LoadColumn[];
  /** Of the rows, that the table lacks. */
  readonly unknown: readonly Column[];
}

/**
 * Finds the table's column for each column of the rows, by name; case does not count in MySQL's names of columns.
 * @throws OsirisError `mysql.generated_column`, `mysql.duplicate_column`, `mysql.missing_columns`
 */
export function bindColumns(
  source: readonly Column[],
  target: readonly TargetColumn[],
  table: string,
): BoundColumns {
  const byName = new Map(target.map((column) => [foldName(column.name), column]));
  const columns: LoadColumn[] = [];
  const unknown: Column[] = [];
  const taken = new Map<string, string>();
  for (const column of source) {
    const name = foldName(column.name);
    const other = taken.get(name);
    if (other !== undefined) throw duplicateColumn(table, other, column.name);
    taken.set(name, column.name);
    const found = byName.get(name);
    if (found === undefined) unknown.push(column);
    else columns.push({ source: column, target: found });
  }
  const generated = columns.filter((column) => column.target.generated);
  if (generated.length > 0) throw generatedColumns(table, generated);
  const missing = target.filter((column) => !taken.has(foldName(column.name)) && needsValue(column));
  if (missing.length > 0) throw missingColumns(table, missing);
  return { columns, unknown };
}

/** The form of a column's name that MySQL compares. */
export function foldName(name: string): string {
  return name.toLowerCase();
}

export function listNames(names: readonly string[]): string {
  return names.join(", ");
}

function needsValue({ nullable, hasDefault, generated }: TargetColumn): boolean {
  return !nullable && !hasDefault && !generated;
}

function generatedColumns(table: string, columns: readonly LoadColumn[]): OsirisError {
  const names = listNames(columns.map(({ target }) => target.name));
  return new OsirisError({
    code: "mysql.generated_column",
    category: "usage",
    message: `${table} computes ${names} by itself: it cannot be written`,
    hint: `Leave ${names} out of the rows: SELECT * EXCLUDE (…) in a duckdb.processor step before.`,
  });
}

function duplicateColumn(table: string, one: string, other: string): OsirisError {
  return new OsirisError({
    code: "mysql.duplicate_column",
    category: "usage",
    message: `${one} and ${other} are one column for MySQL, which does not tell upper from lower case (${table})`,
    hint: "Rename one of them in a duckdb.processor step before.",
  });
}

function missingColumns(table: string, columns: readonly TargetColumn[]): OsirisError {
  const names = listNames(columns.map(({ name }) => name));
  return new OsirisError({
    code: "mysql.missing_columns",
    category: "usage",
    message: `The rows lack ${names}, which ${table} needs: NOT NULL without a default`,
    hint: `Add ${names} to the rows, or give ${columns.length === 1 ? "it" : "them"} a default in the table.`,
  });
}

import type { Column } from "@osiris/core";
import { quoteName, quoteTable, type TableName } from "../names.ts";

/** Skeleton: the statement that makes a table for rows of these columns. */
export function createTableSql(
  name: TableName,
  columns: readonly Column[],
  _primaryKey: readonly string[] = [],
): string {
  const lines = columns.map(
    (column) => `${quoteName(column.name)} ${column.type === "VARCHAR" ? "LONGTEXT" : column.type}`,
  );
  return `CREATE TABLE ${quoteTable(name)} (${lines.join(", ")}) CHARACTER SET utf8mb4`;
}

import type { Column } from "@osiris/core";
import type { ServerInfo } from "../connection/session.ts";
import { quoteName, quoteTable, type TableName } from "../names.ts";
import { mysqlTypeFor } from "../types/type-map.ts";

/**
 * The statement that makes a table for rows of these columns: all nullable but those of the primary key, texts of any length, and of
 * up to 255 characters in the key, where they differ as they do in the run.
 * @throws OsirisError `mysql.unsupported_type`
 */
export function createTableSql(
  name: TableName,
  columns: readonly Column[],
  primaryKey: readonly string[],
  product: ServerInfo["product"],
): string {
  const keys = new Set(primaryKey.map((column) => column.toLowerCase()));
  const lines = columns.map((column) => {
    const key = keys.has(column.name.toLowerCase());
    return `${quoteName(column.name)} ${mysqlTypeFor(column, { key, product })} ${key ? "NOT NULL" : "NULL"}`;
  });
  const key = primaryKey.length === 0 ? [] : [`PRIMARY KEY (${primaryKey.map(quoteName).join(", ")})`];
  // DYNAMIC keeps long values outside of their row, so that many columns of text fit.
  return `CREATE TABLE ${quoteTable(name)} (${[...lines, ...key].join(", ")}) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4`;
}

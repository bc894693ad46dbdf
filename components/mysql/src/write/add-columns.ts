import { quoteName, quoteTable, type TableName } from "../names.ts";
import type { AddedColumn } from "./destination.ts";

/** The type of the column in which `delete_missing: soft` marks rows. */
export const DELETED_TYPE = "DATETIME(6)";

/** The statement that adds columns, all of them nullable: the rows that are there have no values for them. */
export function addColumnsSql(table: TableName, columns: readonly AddedColumn[]): string {
  const added = columns.map(({ name, type }) => `ADD COLUMN ${quoteName(name)} ${type} NULL`);
  return `ALTER TABLE ${quoteTable(table)} ${added.join(", ")}`;
}

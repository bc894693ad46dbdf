import type { Column, RejectWriter, TableWriter } from "../contract.ts";

/** The output that holds what a step leaves out. */
export const REJECTS = "rejects";

export const REJECTS_COLUMNS: readonly Column[] = [
  { name: "row", type: "JSON" },
  { name: "reason", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "line", type: "BIGINT" },
];

/** Writes rejects into a table with {@link REJECTS_COLUMNS}. */
export function rejectWriter(writer: TableWriter): RejectWriter {
  return {
    get rows() {
      return writer.rows;
    },
    add: ({ row, ...where }) => writer.append({ row: JSON.stringify(row, readable), ...where }),
  };
}

/** A row is often rejected for what no table can hold. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" ? value.toWellFormed() : value;
}

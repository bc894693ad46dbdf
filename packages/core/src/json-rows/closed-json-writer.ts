import type { JsonTableWriter } from "../contract.ts";
import { OsirisError } from "../errors.ts";

/** Stands for a table whose types were decided before the checkpoint after which the step goes on. */
export function closedJsonWriter(table: string, rows: number): JsonTableWriter {
  return {
    table,
    rows,
    append: async () => {
      throw new OsirisError({
        code: "table.writer_closed",
        category: "internal",
        message: `Table "${table}": append() was called, but the table was closed before the checkpoint`,
        hint: "Close a table after its last row, and say in the checkpoint's state that it is done.",
      });
    },
    close: async () => undefined,
  };
}

import type { ColumnBatch, RunDatabase } from "@osiris/core";
import { fromRejects, type RejectsTable } from "./reject-tables.ts";

/** A rejected row as the run database keeps it. */
export interface RejectedRow {
  /** JSON. */
  readonly row: string;
  readonly reason: string;
  readonly source: string | null;
  readonly line: bigint | null;
}

/** All rejects of a step, in the order in which they came. Memory stays flat; fewer rows than the table has are an error. */
export async function* rejectedRows(
  { table }: RejectsTable,
  database: RunDatabase,
): AsyncGenerator<RejectedRow> {
  for await (const batch of database.read(table)) yield* rowsOf(batch);
}

function* rowsOf({ rowCount, columns }: ColumnBatch): Iterable<RejectedRow> {
  const cells = new Map(columns.map((column) => [column.name, column]));
  for (let at = 0; at < rowCount; at++) {
    yield {
      row: cells.get("row")?.get(at) as string,
      reason: cells.get("reason")?.get(at) as string,
      source: cells.get("source")?.get(at) as string | null,
      line: cells.get("line")?.get(at) as bigint | null,
    };
  }
}

/** The fields of the rejected rows, in the order in which they first appear; none where rows are no objects. */
export async function rejectedFields(table: RejectsTable, database: RunDatabase): Promise<readonly string[]> {
  const { rows } = await database.query(
    `SELECT field FROM (
       SELECT rowid AS nth, unnest(json_keys("row")) AS field, unnest(range(len(json_keys("row")))) AS place
       FROM ${fromRejects(table)} WHERE json_type("row") = 'OBJECT'
     ) GROUP BY field ORDER BY min(row(nth, place))`,
  );
  return rows.map(({ field }) => field as string);
}

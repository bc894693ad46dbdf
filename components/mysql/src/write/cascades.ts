import { OsirisError } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { listNames } from "./bind-columns.ts";
import type { TargetTable } from "./target-table.ts";

const CASCADES = `SELECT DISTINCT CONCAT(constraint_schema, '.', table_name) AS name
  FROM information_schema.referential_constraints
  WHERE unique_constraint_schema = ? AND referenced_table_name = ? AND delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    AND NOT (constraint_schema = ? AND table_name = ?) ORDER BY name`;

/**
 * Rows that are deleted take those of other tables with them, which do not come back with the new rows.
 * @throws OsirisError `mysql.delete_cascades`
 */
export async function refuseCascades(session: Session, table: TargetTable, shown: string): Promise<void> {
  const { schema, table: name } = table.name;
  const rows = await session.query(CASCADES, [schema, name, schema, name]);
  if (rows.length === 0) return;
  throw new OsirisError({
    code: "mysql.delete_cascades",
    category: "usage",
    message: `${shown} cannot be emptied and filled: foreign keys would delete or change what refers to its rows (in ${listNames(rows.map((row) => row["name"] ?? ""))})`,
    hint: "Use mode: upsert, which keeps the rows that stay; delete_missing: hard deletes the others.",
  });
}

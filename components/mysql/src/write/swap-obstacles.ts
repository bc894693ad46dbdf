import { OsirisError } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { listNames } from "./bind-columns.ts";
import type { TargetTable } from "./target-table.ts";

const TRIGGERS = `SELECT trigger_name AS name FROM information_schema.triggers
  WHERE event_object_schema = ? AND event_object_table = ? ORDER BY trigger_name`;

/**
 * Who may not make triggers is shown none: no answer is no proof. Rights by a role alone are not found here, and those of
 * others, which are shown to who may read the server's own tables, are left out.
 */
const TRIGGER_RIGHT = `SELECT 1 AS found FROM (
    SELECT grantee FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER'
    UNION SELECT grantee FROM information_schema.schema_privileges WHERE privilege_type = 'TRIGGER' AND ? LIKE table_schema
    UNION SELECT grantee FROM information_schema.table_privileges
    WHERE privilege_type = 'TRIGGER' AND table_schema = ? AND table_name = ?
  ) AS rights WHERE REPLACE(grantee, '''', '') = CURRENT_USER()`;

const REFERS_TO = `SELECT DISTINCT CONCAT(referenced_table_schema, '.', referenced_table_name) AS name
  FROM information_schema.key_column_usage
  WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL ORDER BY name`;

const REFERRED_BY = `SELECT DISTINCT CONCAT(table_schema, '.', table_name) AS name
  FROM information_schema.key_column_usage
  WHERE referenced_table_schema = ? AND referenced_table_name = ? AND NOT (table_schema = ? AND table_name = ?)
  ORDER BY name`;

/** Why a copy of the table could not take its place without a loss: what CREATE TABLE … LIKE does not copy, and what refers to it. */
export async function swapObstacles(session: Session, table: TargetTable): Promise<readonly string[]> {
  const { schema, table: name } = table.name;
  const names = async (sql: string, values: readonly string[]): Promise<readonly string[]> =>
    (await session.query(sql, values)).map((row) => row["name"] ?? "");
  if (table.kind !== "BASE TABLE") return [`it is of the kind ${table.kind}`];
  const triggers = await names(TRIGGERS, [schema, name]);
  const mayTrigger = await session.query(TRIGGER_RIGHT, [schema, schema, name]);
  const refersTo = await names(REFERS_TO, [schema, name]);
  const referredBy = await names(REFERRED_BY, [schema, name, schema, name]);
  return [
    triggers.length > 0 && `it has triggers (${listNames(triggers)})`,
    mayTrigger.length === 0 &&
      "whether it has triggers is not known, because the user has no TRIGGER right on it",
    refersTo.length > 0 && `it has foreign keys (to ${listNames(refersTo)})`,
    referredBy.length > 0 && `foreign keys refer to it (from ${listNames(referredBy)})`,
  ].filter((obstacle) => obstacle !== false);
}

export function swapRefused(table: string, obstacles: readonly string[], cause?: unknown): OsirisError {
  return new OsirisError({
    code: "mysql.swap_refused",
    category: "usage",
    message: `${table} cannot be replaced by a new table: ${obstacles.join("; ")}`,
    hint: "Set replace_method: delete_insert, which empties and fills the table in one transaction; or mode: upsert with delete_missing: hard, which keeps the rows that stay.",
    cause,
  });
}

import { OsirisError } from "@osiris/core";
import { quoteName, quoteTable } from "../../names.ts";
import type { WriteJob } from "../append.ts";
import { displayName } from "../destination.ts";
import type { TargetTable } from "../target-table.ts";
import { sameKey, type UpsertTables } from "./apply-rows.ts";

/** Deletes or marks the rows of the target whose key no row of the staging table has. @returns how many */
export async function deleteMissing(
  { session, config }: WriteJob,
  { target, staging }: UpsertTables,
): Promise<number> {
  const tables = `${quoteTable(target.name)} AS t LEFT JOIN ${quoteTable(staging.name)} AS s ON ${sameKey(staging)}`;
  const isMissing = `s.${quoteName(staging.number.target.name)} IS NULL`;
  const deleted = `t.${quoteName(config.deleted_column)}`;
  const { affectedRows } = await session.run(
    config.delete_missing === "hard"
      ? `DELETE t FROM ${tables} WHERE ${isMissing}`
      : `UPDATE ${tables} SET ${deleted} = CURRENT_TIMESTAMP(6) WHERE ${isMissing} AND ${deleted} IS NULL`,
  );
  return affectedRows;
}

/**
 * An input without rows, or with none that has a key, more often means that reading went wrong than that all rows are gone.
 * @throws OsirisError `mysql.delete_all_refused` when there is something to delete
 */
export async function refuseDeletingAll({ session, config }: WriteJob, target: TargetTable): Promise<void> {
  if (config.delete_missing === "none") return;
  const rows = await session.query(`SELECT 1 AS found FROM ${quoteTable(target.name)} LIMIT 1`);
  if (rows.length === 0) return;
  throw new OsirisError({
    code: "mysql.delete_all_refused",
    category: "data",
    message: `There are no rows with a key to write, so delete_missing: ${config.delete_missing} would take away all rows of ${displayName(target.name)}`,
    hint: "If that is right, empty the table yourself, or use mode: replace.",
  });
}

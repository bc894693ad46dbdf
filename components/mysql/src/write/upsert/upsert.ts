import { quoteIdentifier, type JsonValue, type RejectWriter } from "@osiris/core";
import { loadRows } from "../../load/load-rows.ts";
import { namesOf, type WriteJob, type WriteOutcome } from "../append.ts";
import { bindColumns, foldName } from "../bind-columns.ts";
import { displayName } from "../destination.ts";
import type { TargetTable } from "../target-table.ts";
import { inTransaction } from "../transaction.ts";
import { insertRows, updateRows, type UpsertTables } from "./apply-rows.ts";
import { checkKeys } from "./check-keys.ts";
import { countStaged, countWritten, type Written } from "./count-written.ts";
import { deleteMissing, refuseDeletingAll } from "./delete-missing.ts";
import { findKeyedRows, type KeyedRows } from "./keyed-rows.ts";
import { rejectWithoutKey } from "./reject-rows.ts";
import { createStaging, type StagingTable } from "./staging-table.ts";

/**
 * Updates the rows of a table that have the key of a row, and inserts the others, in one transaction. The rows are brought
 * to the server first, so a transaction that has to be done again does not send them again.
 */
export async function upsertRows(job: WriteJob, target: TargetTable): Promise<WriteOutcome> {
  const { config, ctx, input, rejects } = job;
  const { columns } = bindColumns(input.columns, target.columns, displayName(job.name));
  const key = namesOf(columns, config.primary_key ?? []);
  const rows = await findKeyedRows(ctx, input, key, namesOf(columns, config.order_by ?? []));
  await rejectWithoutKey(ctx, rows, key, rejects);
  if (rows.withoutKey === input.rows) await refuseDeletingAll(job, target);
  const staging = await createStaging(job, target, {
    number: rows.number,
    columns,
    key: columns.filter(({ source }) => key.includes(source.name)),
    indexed: config.delete_missing !== "none",
  });
  const complete = await stageRows(job, staging, rows);
  const revived = config.delete_missing === "soft" ? deletedColumn(job, target) : undefined;
  const tables = { target, staging, rows, revived };
  const deletes = mayDelete(job, complete);
  const applied = await inTransaction(job, { repeatable: true, isLast: true }, () =>
    applyStaging(job, tables, deletes),
  );
  tell(job, applied);
  return { rows: applied.written, superseded: rows.superseded };
}

/** @returns whether all rows are in the staging table: false when the server has refused some */
async function stageRows(job: WriteJob, staging: StagingTable, rows: KeyedRows): Promise<boolean> {
  const { session, config, ctx, rejects } = job;
  const columns = [staging.number, ...staging.columns];
  const names = columns.map(({ source }) => quoteIdentifier(source.name)).join(", ");
  const load = {
    select: `SELECT ${names} FROM (${rows.select})`,
    columns,
    target: staging.name,
    shownTarget: job.name,
    key: staging.key.map(({ source }) => source.name),
  };
  const { rejected } = await inTransaction(job, { repeatable: true, isLast: false }, async () => {
    const loaded = await loadRows(session, load, config, ctx, withoutNumber(rejects, staging));
    await checkKeys(job, staging, rows);
    return loaded;
  });
  return rejected === 0;
}

/** A row is rejected as it came: it had no number. */
function withoutNumber(
  rejects: RejectWriter | undefined,
  { number }: StagingTable,
): RejectWriter | undefined {
  if (rejects === undefined) return undefined;
  return {
    get rows() {
      return rejects.rows;
    },
    add: ({ row, ...why }) => {
      const { [number.source.name]: _number, ...came } = row as Readonly<Record<string, JsonValue>>;
      rejects.add({ row: came, ...why });
    },
  };
}

/** What a transaction has done to the table. */
interface Applied extends Written {
  readonly inserted: number;
  readonly deleted: number;
}

async function applyStaging(job: WriteJob, tables: UpsertTables, deletes: boolean): Promise<Applied> {
  // First, so that a value of a unique key that a row gives up is free for another.
  const deleted = deletes ? await deleteMissing(job, tables) : 0;
  const updated = await updateRows(job, tables);
  const isAll = updated === (await countStaged(job, tables));
  const inserted = isAll ? 0 : await insertRows(job, tables);
  return { ...(await countWritten(job, tables)), inserted, deleted };
}

/** Which rows are missing is known only when all rows with a key have reached the server. */
function mayDelete({ config, ctx, name }: WriteJob, complete: boolean): boolean {
  if (config.delete_missing === "none") return false;
  if (complete) return true;
  ctx.log(
    "warn",
    `${displayName(name)}: the server has refused rows, so which are missing is not known: delete_missing is left out`,
  );
  return false;
}

function tell({ config, ctx, name }: WriteJob, { written, inserted, deleted, respelled }: Applied): void {
  ctx.metric("mysql.rows_inserted", inserted, "rows");
  ctx.metric("mysql.rows_matched", written - inserted, "rows");
  if (config.delete_missing !== "none") ctx.metric("mysql.rows_deleted", deleted, "rows");
  if (respelled === 0) return;
  ctx.log(
    "warn",
    `${displayName(name)}: ${respelled} keys are in the table in another spelling, which its collation takes for the same: these rows were updated and keep that spelling`,
  );
}

function deletedColumn({ config }: WriteJob, target: TargetTable): string | undefined {
  return target.columns.find(({ name }) => foldName(name) === foldName(config.deleted_column))?.name;
}

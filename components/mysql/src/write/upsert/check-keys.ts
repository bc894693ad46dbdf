import { OsirisError } from "@osiris/core";
import { quoteName, quoteTable } from "../../names.ts";
import type { WriteJob } from "../append.ts";
import { displayName } from "../destination.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { describeKey, rejectNumbered } from "./reject-rows.ts";
import type { StagingTable } from "./staging-table.ts";

/** How many groups of rows are looked at by one statement. */
const GROUPS = 10_000;

/** How many rows may have a key that the server takes for the same: more is no matter of spelling. */
const SPELLINGS = 100;

const WHOLE = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/;
const WHOLE_TARGET = /^(tiny|small|medium|big)?int/i;

/**
 * Finds rows whose keys differ in DuckDB and are equal for the server: by case, accents or blanks, as the collation says,
 * or because the column rounds. The last of them stays, the others are rejected, or the step fails.
 */
export async function checkKeys(job: WriteJob, staging: StagingTable, rows: KeyedRows): Promise<void> {
  const exact = staging.key.every(
    (column) => WHOLE.test(column.source.type) && WHOLE_TARGET.test(column.target.type),
  );
  if (exact) return;
  for (;;) {
    const groups = await equalKeys(job, staging);
    if (groups.length === 0) return;
    if (groups.some(({ count }) => count > SPELLINGS)) {
      throw equalKeysError(job, `more than ${SPELLINGS} rows have a key that is the same for the server`);
    }
    await refuseFirst(job, staging, rows, groups);
  }
}

interface EqualKeys {
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

async function equalKeys(
  { session }: WriteJob,
  { name, number, key }: StagingTable,
): Promise<readonly EqualKeys[]> {
  const row = quoteName(number.target.name);
  const keys = key.map(({ target }) => quoteName(target.name)).join(", ");
  const groups = await session.query(
    `SELECT MIN(${row}) AS first_row, MAX(${row}) AS last_row, COUNT(*) AS n FROM ${quoteTable(name)}
     GROUP BY ${keys} HAVING COUNT(*) > 1 ORDER BY first_row LIMIT ${GROUPS}`,
  );
  return groups.map((group) => ({
    first: group["first_row"] ?? "",
    last: group["last_row"] ?? "",
    count: Number(group["n"]),
  }));
}

async function refuseFirst(
  job: WriteJob,
  staging: StagingTable,
  rows: KeyedRows,
  groups: readonly EqualKeys[],
): Promise<void> {
  const key = staging.key.map(({ source }) => source.name);
  if (job.rejects === undefined) {
    const [{ first, last } = { first: "", last: "" }] = groups;
    const [one, other] = [
      await describeKey(job.ctx, rows, key, first),
      await describeKey(job.ctx, rows, key, last),
    ];
    throw equalKeysError(job, `the server takes the keys of two rows for the same: ${one}, and ${other}`);
  }
  const reason = `the server takes its key (${key.join(", ")}) for that of a later row`;
  const refusals = new Map(groups.map(({ first }) => [first, reason]));
  await job.session.run(
    `DELETE FROM ${quoteTable(staging.name)} WHERE ${quoteName(staging.number.target.name)} IN (${[...refusals.keys()].join(", ")})`,
  );
  await rejectNumbered(job.ctx, rows, refusals, job.rejects);
}

function equalKeysError({ name }: WriteJob, what: string): OsirisError {
  return new OsirisError({
    code: "mysql.equal_keys",
    category: "data",
    message: `${displayName(name)}: ${what}`,
    hint: "Decide in a duckdb.processor step before which row counts, set on_row_error: reject to write the last of them, or give the key columns the collation utf8mb4_bin.",
  });
}

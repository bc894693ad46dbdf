import { OsirisError } from "@osiris/core";
import { quoteName, quoteTable } from "../../names.ts";
import type { WriteJob } from "../append.ts";
import { displayName } from "../destination.ts";
import { sameKey, type UpsertTables } from "./apply-rows.ts";
import type { StagingTable } from "./staging-table.ts";

/** What the server finds in the table. */
export interface Written {
  /** Rows of the input that are in the table. */
  readonly written: number;
  /** Those whose key the table has in another spelling, which the server takes for the same. */
  readonly respelled: number;
}

/**
 * Asks the server which rows are in the table, in the transaction that has written them.
 * @throws OsirisError `mysql.count_mismatch` when some are not
 */
export async function countWritten(job: WriteJob, tables: UpsertTables): Promise<Written> {
  const { session, name } = job;
  const { target, staging } = tables;
  // A locking read sees what is there, a plain one what was there when the transaction first looked.
  const [found] = await session.query(
    `SELECT COUNT(*) AS n, COUNT(CASE WHEN ${isRespelled(staging)} THEN 1 END) AS respelled
     FROM ${quoteTable(staging.name)} AS s
     STRAIGHT_JOIN ${quoteTable(target.name)} AS t ON ${sameKey(staging)} LOCK IN SHARE MODE`,
  );
  const [expected, written] = [await countStaged(job, tables), Number(found?.["n"])];
  if (written === expected) return { written, respelled: Number(found?.["respelled"]) };
  throw new OsirisError({
    code: "mysql.count_mismatch",
    category: "external",
    message: `${displayName(name)}: of ${expected} rows that were written, ${written} are in the table; nothing was kept`,
    hint: "Look for a trigger that changes the key or leaves rows out.",
  });
}

/** How many rows of the input are in the staging table. */
export async function countStaged({ session }: WriteJob, { staging }: UpsertTables): Promise<number> {
  const [staged] = await session.query(`SELECT COUNT(*) AS n FROM ${quoteTable(staging.name)}`);
  return Number(staged?.["n"]);
}

/** The condition that keys which are equal are not the same text. */
function isRespelled({ key }: StagingTable): string {
  const texts = key.filter(({ target }) => target.collation !== undefined);
  const differs = texts.map(({ target }) => {
    const name = quoteName(target.name);
    return `CAST(s.${name} AS BINARY) <> CAST(t.${name} AS BINARY)`;
  });
  return differs.length === 0 ? "FALSE" : differs.join(" OR ");
}

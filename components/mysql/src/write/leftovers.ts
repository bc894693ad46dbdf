import { createHash, randomBytes } from "node:crypto";
import { isOsirisError } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { serverErrno } from "../errors.ts";
import { quoteTable, type TableName } from "../names.ts";
import { displayName } from "./destination.ts";
import type { Attempts } from "./transaction.ts";

/** How the names of our tables end: nothing else is dropped. */
const OWN_END = /^[0-9a-f]{12}(_old)?$/;

/** Tables of one destination have one prefix; the rest is this run's. At most 64 characters, `_old` among them. */
export function newTableName(destination: Required<TableName>): string {
  return `${prefixOf(destination)}${randomBytes(6).toString("hex")}`;
}

function prefixOf({ schema, table }: Required<TableName>): string {
  const readable = table.toLowerCase().slice(0, 30);
  const digest = createHash("sha256")
    .update(JSON.stringify([schema, table]))
    .digest("hex");
  return `osiris_${readable}_${digest.slice(0, 8)}_`;
}

/**
 * Drops what runs that were killed have left. The session of a run holds a lock with its table's name while it lives, so a
 * table whose lock nobody holds belongs to nobody.
 */
export async function removeLeftovers(
  { session, ctx }: Attempts,
  destination: Required<TableName>,
  own: string,
): Promise<void> {
  const canLock = await holdLock(session, own);
  const prefix = prefixOf(destination);
  const rows = await session.query(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = ? AND LEFT(table_name, ?) = ? AND table_type = 'BASE TABLE'`,
    [destination.schema, prefix.length, prefix],
  );
  for (const row of rows) {
    const name = { schema: destination.schema, table: row["name"] ?? "" };
    if (!OWN_END.test(name.table.slice(prefix.length))) continue;
    if (canLock && !(await isFree(session, name.table))) continue;
    const reason = canLock
      ? await dropReason(session, name)
      : "the server has no locks by name, so whether a run still needs it is not known";
    if (reason === undefined) ctx.event("mysql.leftover_dropped", { table: displayName(name) });
    else ctx.log("warn", `${displayName(name)} may be left by a run that was killed, and stays: ${reason}`);
  }
}

/** Whether the server has locks by name; a Galera cluster has none. */
async function holdLock(session: Session, name: string): Promise<boolean> {
  try {
    const [row] = await session.query("SELECT GET_LOCK(?, 0) AS held", [name]);
    return row?.["held"] === "1";
  } catch (error) {
    if (serverErrno(error) === undefined) throw error;
    return false;
  }
}

async function isFree(session: Session, table: string): Promise<boolean> {
  const [row] = await session.query("SELECT IS_FREE_LOCK(?) AS free", [table.replace(/_old$/, "")]);
  return row?.["free"] === "1";
}

/** Drops a table, or says why it cannot be. */
async function dropReason(session: Session, name: TableName): Promise<string | undefined> {
  try {
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(name)}`);
    return undefined;
  } catch (error) {
    if (!isOsirisError(error) || serverErrno(error) === undefined) throw error;
    return error.message;
  }
}

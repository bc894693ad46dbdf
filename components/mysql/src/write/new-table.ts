import { isOsirisError, OsirisError } from "@osiris/core";
import { openSession, type Session } from "../connection/session.ts";
import { serverErrno } from "../errors.ts";
import { quoteTable, type TableName } from "../names.ts";
import { addColumnsSql } from "./add-columns.ts";
import { displayName, type Destination } from "./destination.ts";
import { newTableName, removeLeftovers } from "./leftovers.ts";
import { swapRefused } from "./swap-obstacles.ts";
import { commitUnclear, retryLocked, type Attempts } from "./transaction.ts";

const CLEANUP_MS = 10_000;

/** ER_TABLE_EXISTS_ERROR */
const TABLE_EXISTS = 1050;
/** ER_LOCK_WAIT_TIMEOUT */
const LOCK_WAIT = 1205;

/** ER_ROW_IS_REFERENCED, ER_ROW_IS_REFERENCED_2, ER_FK_CANNOT_DROP_PARENT */
const REFERRED_TO: ReadonlySet<number | undefined> = new Set([1217, 1451, 3730]);

/**
 * Makes a table beside the destination, lets it be filled, and puts it in the destination's place with one RENAME: whoever
 * reads sees the old table or the new one. When something fails, the new one is dropped.
 */
export async function throughNewTable<T>(
  attempts: Attempts,
  destination: Destination,
  fill: (name: Required<TableName>) => Promise<T>,
): Promise<T> {
  const { session } = attempts;
  const name = { schema: destination.name.schema, table: newTableName(destination.name) };
  const old = { schema: name.schema, table: `${name.table}_old` };
  await removeLeftovers(attempts, destination.name, name.table);
  // Asks for the right only: a table that cannot be dropped would stay when the rest fails, with all the rows in it.
  await session.run(`DROP TABLE IF EXISTS ${quoteTable(name)}`);
  try {
    await makeTable(session, destination, name);
    const result = await fill(name);
    await putInPlace(attempts, destination, name, old);
    return result;
  } catch (error) {
    await dropNew(attempts, name);
    throw error;
  }
}

async function makeTable(session: Session, destination: Destination, name: TableName): Promise<void> {
  const { table, createSql, added } = destination;
  if (table === undefined) {
    if (createSql === undefined) throw new Error("the columns of rows that are written are known");
    await session.run(createSql(name));
  } else {
    await session.run(`CREATE TABLE ${quoteTable(name)} LIKE ${quoteTable(table.name)}`);
    const next = await nextNumber(session, table.name);
    if (next !== null) await session.run(`ALTER TABLE ${quoteTable(name)} AUTO_INCREMENT = ${BigInt(next)}`);
  }
  if (added.length > 0) await session.run(addColumnsSql(name, added));
}

/** The number that AUTO_INCREMENT would give next; LIKE does not copy it. */
async function nextNumber(session: Session, name: Required<TableName>): Promise<string | null> {
  // MySQL shows numbers that are up to a day old, unless it is told not to.
  if (session.server.product === "MySQL")
    await session.run("SET SESSION information_schema_stats_expiry = 0");
  const [row] = await session.query(
    "SELECT auto_increment AS next FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
    [name.schema, name.table],
  );
  return row?.["next"] ?? null;
}

async function putInPlace(
  attempts: Attempts,
  { name: destination, table, method }: Destination,
  name: TableName,
  old: TableName,
): Promise<void> {
  const { session, ctx } = attempts;
  const [target, fresh, away] = [quoteTable(destination), quoteTable(name), quoteTable(old)];
  if (table === undefined) {
    try {
      await rename(attempts, `${fresh} TO ${target}`, destination);
    } catch (error) {
      // Another attempt would find the table and add the rows to those that may be in it.
      throw serverErrno(error) === undefined ? commitUnclear(error, method !== "append") : error;
    }
    ctx.event("mysql.table_created", { table: displayName(destination) });
    return;
  }
  await rename(attempts, `${target} TO ${away}, ${fresh} TO ${target}`, destination);
  try {
    await session.run(`DROP TABLE ${away}`);
  } catch (error) {
    // A foreign key that the user may not see refers to the old table: it has to be there.
    await rename(attempts, `${target} TO ${fresh}, ${away} TO ${target}`, destination);
    if (!REFERRED_TO.has(serverErrno(error))) throw error;
    throw swapRefused(
      displayName(destination),
      ["a foreign key that the user may not see refers to it"],
      error,
    );
  }
  ctx.event("mysql.table_swapped", { table: displayName(destination) });
}

/** A RENAME waits for those who read, and those who come later wait for it: it gives up soon and comes again. */
async function rename(attempts: Attempts, tables: string, destination: TableName): Promise<void> {
  try {
    await retryLocked(attempts, () => attempts.session.run(`RENAME TABLE ${tables}`));
  } catch (error) {
    const errno = serverErrno(error);
    if (errno === TABLE_EXISTS) throw tableAppeared(destination, error);
    if (errno === LOCK_WAIT) throw tableInUse(destination, error);
    throw error;
  }
}

function tableAppeared(destination: TableName, cause: unknown): OsirisError {
  return new OsirisError({
    code: "mysql.table_appeared",
    category: "external",
    message: `${displayName(destination)} was made by somebody else while this step filled it`,
    hint: "Run it again: the table is there now.",
    retryable: true,
    cause,
  });
}

function tableInUse(destination: TableName, cause: unknown): OsirisError {
  return new OsirisError({
    code: "mysql.table_in_use",
    category: "external",
    message: `The new ${displayName(destination)} could not take the old one's place: RENAME waits for transactions that have read it, and one of them did not end`,
    hint: "SHOW PROCESSLIST tells who is connected. replace_method: delete_insert waits for nobody who reads.",
    retryable: true,
    cause,
  });
}

/** The session may be what has failed, and the run may be cancelled: this needs neither. */
async function dropNew({ config, ctx }: Attempts, name: TableName): Promise<void> {
  try {
    await using session = await openSession(config, {
      purpose: "write",
      signal: AbortSignal.timeout(CLEANUP_MS),
    });
    await session.run("SET SESSION lock_wait_timeout = 5");
    await session.run(`DROP TABLE IF EXISTS ${quoteTable(name)}`);
  } catch (error) {
    const reason = isOsirisError(error) ? error.message : String(error);
    ctx.log(
      "warn",
      `${displayName(name)} could not be dropped: ${reason}. The next run that replaces the table drops it.`,
    );
  }
}

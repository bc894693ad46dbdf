import { isOsirisError, OsirisError } from "@osiris/core";
import type { PartitionConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { quoteName, quoteTable } from "../names.ts";
import type { PreparedRows } from "../rows/read-rows.ts";
import { columnType } from "./column-type.ts";
import { countOf, isCounted, type CountedType } from "./ordered-value.ts";
import { rangesOf } from "./ranges.ts";
import { beginSnapshot, openReader, type Reading } from "./reading.ts";
import type { BoundSql } from "./selection.ts";

/** While a lock waits for a transaction that has written to the table, all others that write wait behind it. */
const LOCK_SECONDS = 5;

/** Reads ranges of a column at the same time, each over a session of its own. The first that fails ends the others. */
export async function readPartitions(
  reading: Reading,
  first: Session,
  partition: PartitionConfig,
): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([reading.ctx.signal, ending.signal]);
  const opened: Session[] = [];
  try {
    await using others = new AsyncDisposableStack();
    for (let index = 1; index < partition.count; index++)
      opened.push(others.use(await openReader(reading, signal)));
    const ranges = await beginAll(reading, first, opened, partition);
    const parts: Part[] = [];
    for (const [index, range] of ranges.entries()) {
      const session = index === 0 ? first : opened[index - 1];
      if (session === undefined) throw new Error("there are more ranges than sessions");
      const { sql, values } = reading.selection.all({ where: range });
      parts.push({ prepared: await reading.table.prepare(session, sql), values });
    }
    await readAll(reading, parts, () => {
      ending.abort();
      for (const session of [first, ...opened]) session.destroy();
    });
  } finally {
    ending.abort();
  }
}

interface Part {
  readonly prepared: PreparedRows;
  readonly values: BoundSql["values"];
}

async function readAll({ table }: Reading, parts: readonly Part[], end: () => void): Promise<void> {
  const { writer } = table;
  const failures: unknown[] = [];
  await Promise.all(
    parts.map(async ({ prepared, values }) => {
      try {
        table.count(await prepared.read(values, { rows: (batch) => batch.appendTo(writer) }));
      } catch (error) {
        // The first is the reason, the others are what ending them makes.
        failures.push(error);
        end();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

/** Begins the snapshots of all sessions, and says which range each has to read. */
async function beginAll(
  reading: Reading,
  first: Session,
  others: readonly Session[],
  partition: PartitionConfig,
): Promise<readonly BoundSql[]> {
  if (partition.lock === "none") {
    await Promise.all([first, ...others].map(beginSnapshot));
    return findRanges(reading, first, partition);
  }
  await using locking = await openReader(reading);
  await lock(reading, locking);
  await Promise.all([first, ...others].map(beginSnapshot));
  await locking.run("UNLOCK TABLES");
  return findRanges(reading, first, partition);
}

async function lock({ selection }: Reading, session: Session): Promise<void> {
  const { table, label } = selection;
  if (table === undefined) throw new Error("a query cannot be locked");
  await session.run(`SET SESSION lock_wait_timeout = ${LOCK_SECONDS}`);
  try {
    await session.run(`LOCK TABLES ${quoteTable({ schema: table.schema, table: table.name })} READ`);
  } catch (error) {
    throw lockFailed(label, error);
  }
}

function lockFailed(label: string, error: unknown): OsirisError {
  const isHeld = isOsirisError(error) && error.retryable;
  const waited = isHeld ? ` within ${LOCK_SECONDS} seconds` : "";
  const remedy = isHeld
    ? "A transaction that has written to it is still open: let it end."
    : "Grant the user LOCK TABLES.";
  return new OsirisError({
    code: "mysql.lock_failed",
    category: isHeld ? "external" : "usage",
    message: `${label} could not be locked for reading${waited}: ${(error as Error).message}`,
    hint: `${remedy} Without partition.lock each range is consistent in itself.`,
    retryable: isHeld,
    cause: error,
  });
}

async function findRanges(
  reading: Reading,
  session: Session,
  { column, count }: PartitionConfig,
): Promise<readonly BoundSql[]> {
  const type = await typeOf(reading, session, column);
  const name = quoteName(column);
  const greatest = await ask(reading, session, `MAX(${name})`);
  // Dates that no calendar has come first: the first range has them, too.
  const isMoment = type.kind === "date" || type.kind === "datetime";
  const where = isMoment ? { sql: `${name} >= ${type.bound}`, values: ["0001-01-01"] } : undefined;
  const least = await ask(reading, session, `MIN(${name})`, where);
  const counts = [least, greatest].map((text) => (text === null ? undefined : countOf(type, text)));
  const [from, to] = counts;
  if (from === undefined || to === undefined) return [{ sql: "TRUE", values: [] }];
  return rangesOf(column, type, { least: from, greatest: to }, count);
}

async function ask(
  { selection }: Reading,
  session: Session,
  expression: string,
  where?: BoundSql,
): Promise<string | null> {
  const { sql, values } = selection.other(`${expression} AS value`, { where });
  return (await session.query(sql, values))[0]?.["value"] ?? null;
}

async function typeOf(reading: Reading, session: Session, column: string): Promise<CountedType> {
  const { name, type } = await columnType(reading, session, column);
  if (isCounted(type) && type.kind !== "decimal") return type;
  throw new OsirisError({
    code: "mysql.partition_type",
    category: "usage",
    message: `"${column}" (partition.column) has the type ${name}: ranges need whole numbers, dates or times`,
    hint: "Choose another column, best the primary key.",
  });
}

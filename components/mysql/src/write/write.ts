import type { DriverContext, Inputs, StepResult } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import { openSession, type Session } from "../connection/session.ts";
import type { TableName } from "../names.ts";
import { addColumnsSql } from "./add-columns.ts";
import { appendRows, type WriteJob, type WriteOutcome } from "./append.ts";
import { listNames } from "./bind-columns.ts";
import { displayName, findDestination, noTable, type Destination } from "./destination.ts";
import { HeldRejects } from "./held-rejects.ts";
import { throughNewTable } from "./new-table.ts";
import { describeTable, type TargetTable } from "./target-table.ts";
import { retryLocked } from "./transaction.ts";
import { upsertRows } from "./upsert/upsert.ts";

/** Writes the input to the table, all of it or nothing, where the engine has transactions. */
export async function write(
  config: MysqlWriterConfig,
  inputs: Inputs,
  ctx: DriverContext,
): Promise<StepResult> {
  const [input] = inputs.tables;
  if (input === undefined) throw new Error("the compiler gives a writer one input");
  ctx.progress({ totalRows: input.rows });
  using rejects =
    config.on_row_error === "reject" ? new HeldRejects(ctx, await ctx.openRejects()) : undefined;
  await using session = await openSession(config, { purpose: "write", signal: ctx.signal });
  await prepareSession(session);
  const destination = await findDestination(session, config, input.columns);
  const job = { session, config, ctx, input, name: destination.name, rejects };
  const { rows, superseded } = await writeTo(job, destination);
  return { rows, superseded };
}

async function prepareSession(session: Session): Promise<void> {
  await session.run(
    // A statement that waits for a table holds up all that come after it. Keys of 3,072 bytes are compared whole.
    "SET SESSION lock_wait_timeout = 10, max_sort_length = 4096, foreign_key_checks = 1, unique_checks = 1",
  );
}

async function writeTo(job: WriteJob, destination: Destination): Promise<WriteOutcome> {
  const { table, method } = destination;
  if (table === undefined || method === "swap") {
    return throughNewTable(job, destination, async (name) =>
      fill(
        job,
        await describe(job.session, name),
        table === undefined && method === "upsert" ? "upsert" : "new",
      ),
    );
  }
  if (!table.transactional) warnOfEngine(job, table);
  await addColumns(job, destination);
  return fill(job, await describe(job.session, table.name), method);
}

async function fill(
  job: WriteJob,
  table: TargetTable,
  method: "append" | "upsert" | "delete_insert" | "new",
): Promise<WriteOutcome> {
  if (method === "upsert") return upsertRows(job, table);
  return appendRows(job, table, {
    emptyFirst: method === "delete_insert",
    repeatable: method !== "append",
  });
}

async function describe(session: Session, name: TableName): Promise<TargetTable> {
  const table = await describeTable(session, name);
  if (table === undefined) throw noTable(name);
  return table;
}

/** What a table gets stays there, also when the rows are not written: MySQL commits such a change at once. */
async function addColumns(job: WriteJob, { name, added }: Destination): Promise<void> {
  if (added.length === 0) return;
  await retryLocked(job, () => job.session.run(addColumnsSql(name, added)));
  const columns = added.map((column) => `${column.name} ${column.type}`);
  job.ctx.event("mysql.columns_added", { table: displayName(name), columns });
  job.ctx.log("info", `${displayName(name)} got the columns ${listNames(columns)}`);
}

function warnOfEngine({ ctx }: WriteJob, { name, engine }: TargetTable): void {
  ctx.log(
    "warn",
    `${displayName(name)} is kept by ${engine}, which has no transactions: if the step fails, some of its rows stay in the table`,
  );
}

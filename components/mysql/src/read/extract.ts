import type { DriverContext, StepResult } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import { openSession } from "../connection/session.ts";
import { quoteTable, tableOf } from "../names.ts";
import { prepareRows } from "../rows/read-rows.ts";

/** Skeleton: a whole table or a query. */
export async function extract(config: MysqlExtractorConfig, ctx: DriverContext): Promise<StepResult> {
  await using session = await openSession(config, { purpose: "read", signal: ctx.signal });
  const { table, query } = config;
  const sql = query ?? `SELECT * FROM ${quoteTable(tableOf({ ...config, table: table ?? "" }))}`;
  const prepared = await prepareRows(
    session,
    { sql },
    {
      decoder: config.decoder,
      types: { zeroDates: config.zero_dates ?? "null", tinyint1: config.tinyint1 },
    },
  );
  const writer = await ctx.createTable(prepared.columns.map(({ name, type }) => ({ name, type })));
  await session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  const { rows } = await prepared.read([], { rows: (batch) => batch.appendTo(writer) });
  return { rows };
}

import { quoteIdentifier, type DriverContext, type Inputs, type StepResult } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import { openSession } from "../connection/session.ts";
import { loadRows } from "../load/load-rows.ts";
import { tableOf } from "../names.ts";
import { createTableSql } from "./create-table.ts";
import { describeTable } from "./target-table.ts";

/** Skeleton: append only. */
export async function write(
  config: MysqlWriterConfig,
  inputs: Inputs,
  ctx: DriverContext,
): Promise<StepResult> {
  const [input] = inputs.tables;
  if (input === undefined) throw new Error("a writer has an input");
  await using session = await openSession(config, { purpose: "write", signal: ctx.signal });
  const name = tableOf(config);
  if (config.create_table && (await describeTable(session, name)) === undefined) {
    await session.run(createTableSql(name, input.columns, config.primary_key));
  }
  const table = await describeTable(session, name);
  if (table === undefined) throw new Error(`there is no table ${name.table}`);
  const columns = input.columns.flatMap((source) => {
    const target = table.columns.find((column) => column.name === source.name);
    return target === undefined ? [] : [{ source, target }];
  });
  const names = columns.map(({ source }) => quoteIdentifier(source.name)).join(", ");
  const select = `SELECT ${names} FROM ${quoteIdentifier(input.table)}`;
  await session.run("START TRANSACTION");
  const { rows } = await loadRows(
    session,
    { select, columns, target: name, key: config.primary_key ?? [] },
    config,
    ctx,
  );
  await session.run("COMMIT");
  return { rows };
}

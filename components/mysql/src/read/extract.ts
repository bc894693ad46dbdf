import { OsirisError, type DriverContext, type JsonValue, type StepResult } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { readNew } from "./cursor/read-new.ts";
import { keysetOf, type Keyset } from "./keyset.ts";
import { keyChanged, readKeyed } from "./read-keyed.ts";
import { readOnce } from "./read-once.ts";
import { readPartitions } from "./read-partitions.ts";
import { openReader, type Reading } from "./reading.ts";
import { tellColumns, tellRows, tellSource } from "./report.ts";
import { selectionOf } from "./selection.ts";
import { describeSource } from "./source-table.ts";
import { StepTable } from "./step-table.ts";
import { assertConfig } from "./validate.ts";

/** Reads the table or the query of a step. */
export async function extract(config: MysqlExtractorConfig, ctx: DriverContext): Promise<StepResult> {
  assertConfig(config);
  const sessions: Session[] = [];
  await using session = await openReader({ config, ctx, sessions });
  const described = config.table === undefined ? undefined : await describeSource(session, config);
  const selection = selectionOf(config, described);
  const table = new StepTable(config, ctx, selection.label);
  const reading = { config, ctx, selection, table, sessions };
  tellSource(reading);
  const state = await readRows(reading, session);
  tellColumns(reading);
  tellRows(reading);
  return { rows: table.writer.rows, ...(state === undefined ? {} : { state }) };
}

async function readRows(reading: Reading, session: Session): Promise<JsonValue | undefined> {
  const { partition, cursor } = reading.config;
  if (cursor !== undefined) return readNew(reading, session, cursor);
  const keyset = keysetFor(reading);
  if (keyset === undefined && reading.ctx.resumed !== undefined) throw keyChanged(reading);
  if (partition !== undefined) await readPartitions(reading, session, partition);
  else if (keyset !== undefined) await readKeyed(reading, session, keyset);
  else await readOnce(reading, session);
  return undefined;
}

/** undefined: the table is not read in the order of a key, because that might cost something. */
function keysetFor({ config, selection }: Reading): Keyset | undefined {
  const { table, label } = selection;
  if (table === undefined) return undefined;
  if (config.batch_size !== undefined) return batchKeyset(label, keysetOf(table, config));
  // InnoDB keeps whole tables in this order anyway, and a condition may have an index of its own.
  const isWhole = config.where === undefined && config.limit === undefined && config.partition === undefined;
  if (!isWhole || table.engine !== "InnoDB") return undefined;
  const keyset = keysetOf(table, config);
  return typeof keyset === "string" ? undefined : keyset;
}

function batchKeyset(label: string, keyset: Keyset | string): Keyset {
  if (typeof keyset !== "string") return keyset;
  throw new OsirisError({
    code: "mysql.batch_size_key",
    category: "usage",
    message: `${label} cannot be read with batch_size: ${keyset}`,
    hint: "Leave batch_size out: one statement then reads all rows.",
  });
}

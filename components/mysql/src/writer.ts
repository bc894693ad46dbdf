import { defineDriver, type Driver } from "@osiris/core";
import type { MysqlConnection, MysqlWriterConfig } from "./config.ts";
import { checkConnection } from "./discover/check.ts";
import { discoverTables } from "./discover/discover.ts";
import { TYPE_MAP } from "./types/type-map.ts";
import { planWrite } from "./write/plan.ts";
import { writerProblems } from "./write/validate.ts";
import { write } from "./write/write.ts";

/** `mysql.writer`: appends, replaces or upserts, all of it or nothing. */
export const mysqlWriter: Driver<MysqlWriterConfig, MysqlConnection> = defineDriver<
  MysqlWriterConfig,
  MysqlConnection
>({
  run: ({ config, inputs, ctx }) => write(config, inputs, ctx),
  validate: writerProblems,
  plan: planWrite,
  typeMap: TYPE_MAP,
  check: checkConnection,
  discover: discoverTables,
});

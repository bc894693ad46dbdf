import { defineDriver, type Driver } from "@osiris/core";
import type { MysqlConnection, MysqlExtractorConfig } from "./config.ts";
import { checkConnection } from "./discover/check.ts";
import { discoverTables } from "./discover/discover.ts";
import { extract } from "./read/extract.ts";
import { extractorProblems } from "./read/validate.ts";
import { TYPE_MAP } from "./types/type-map.ts";

/** `mysql.extractor`: the rows of a table or a query, in one consistent read, with the types that the server tells. */
export const mysqlExtractor: Driver<MysqlExtractorConfig, MysqlConnection> = defineDriver<
  MysqlExtractorConfig,
  MysqlConnection
>({
  run: ({ config, ctx }) => extract(config, ctx),
  validate: extractorProblems,
  check: checkConnection,
  discover: discoverTables,
  typeMap: TYPE_MAP,
});

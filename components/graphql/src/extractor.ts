import { defineDriver, type Driver } from "@osiris/core";
import type { GraphqlConfig, GraphqlConnection } from "./config.ts";
import { checkConnection } from "./discover/check.ts";
import { discoverQueries } from "./discover/discover.ts";
import { extract } from "./extract.ts";
import { announcedColumns, validateConfig } from "./query/compile-checks.ts";
import { stepPlan } from "./step-plan.ts";

export const graphqlExtractor: Driver<GraphqlConfig, GraphqlConnection> = defineDriver<
  GraphqlConfig,
  GraphqlConnection
>({
  validate: validateConfig,
  columns: announcedColumns,
  check: checkConnection,
  discover: discoverQueries,
  run: async ({ config, ctx }) => extract(config, await stepPlan(config, ctx.signal), ctx),
});

import { defineDriver, type Driver } from "@osiris/core";
import type { GraphqlConfig, GraphqlConnection } from "./config.ts";
import { extract } from "./extract.ts";
import { announcedColumns, validateConfig } from "./query/compile-checks.ts";
import { stepPlan } from "./step-plan.ts";

export const graphqlExtractor: Driver<GraphqlConfig, GraphqlConnection> = defineDriver<
  GraphqlConfig,
  GraphqlConnection
>({
  validate: validateConfig,
  columns: announcedColumns,
  run: async ({ config, ctx }) => extract(config, await stepPlan(config, ctx.signal), ctx),
});

import { defineDriver, type Driver } from "@osiris/core";
import type { GraphqlConfig, GraphqlConnection } from "./config.ts";
import { extract } from "./extract.ts";
import { stepPlan } from "./step-plan.ts";

export const graphqlExtractor: Driver<GraphqlConfig, GraphqlConnection> = defineDriver<
  GraphqlConfig,
  GraphqlConnection
>({
  run: async ({ config, ctx }) => extract(config, stepPlan(config), ctx),
});

import { defineDriver, OsirisError, type Driver } from "@osiris/core";
import type { GraphqlConfig, GraphqlConnection } from "./config.ts";

export const graphqlExtractor: Driver<GraphqlConfig, GraphqlConnection> = defineDriver<
  GraphqlConfig,
  GraphqlConnection
>({
  run() {
    throw new OsirisError({ code: "graphql.todo", category: "internal", message: "Not built yet" });
  },
});

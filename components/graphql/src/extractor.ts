import { defineDriver, OsirisError, type Driver } from "@osiris/core";
import type { GraphqlConfig, GraphqlConnection } from "./config.ts";
import { announcedColumns, validateConfig } from "./query/compile-checks.ts";

export const graphqlExtractor: Driver<GraphqlConfig, GraphqlConnection> = defineDriver<
  GraphqlConfig,
  GraphqlConnection
>({
  validate: validateConfig,
  columns: announcedColumns,
  run() {
    throw new OsirisError({ code: "graphql.todo", category: "internal", message: "Not built yet" });
  },
});

import { OsirisError } from "@osiris/core";
import type { GraphqlConfig } from "../config.ts";
import { loadSchema } from "./load-schema.ts";
import { planQuery } from "./plan-query.ts";
import type { QueryPlan } from "./query-plan.ts";

/**
 * The plan of a step that runs: with values from the environment, and the schema as it is now.
 * @throws OsirisError `graphql.bad_schema`, `graphql.bad_query`
 */
export async function planStep(config: GraphqlConfig, signal: AbortSignal): Promise<QueryPlan> {
  const schema = config.schema === undefined ? undefined : await loadSchema(config.schema, signal);
  const { plan, problems } = planQuery(config, schema);
  if (plan !== undefined) return plan;
  const hints = problems.flatMap(({ hint }) => hint ?? []);
  throw new OsirisError({
    code: "graphql.bad_query",
    category: "usage",
    message: problems.map(({ path, message }) => `${path.slice(1)}: ${message}`).join("\n"),
    ...(hints.length === 0 ? {} : { hint: hints.join("\n") }),
  });
}

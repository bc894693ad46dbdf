import { OsirisError } from "@osiris/core";
import type { GraphqlConfig } from "./config.ts";
import { loadSchema } from "./query/load-schema.ts";
import { planQuery } from "./query/plan-query.ts";
import type { QueryPlan } from "./query/query-plan.ts";

/**
 * The plan of a step that is about to run: by the same rules as when its pipeline was compiled, with the values of the
 * environment filled in, and the schema as it is now.
 * @throws OsirisError `graphql.bad_config`, `graphql.bad_schema`
 */
export async function stepPlan(config: GraphqlConfig, signal: AbortSignal): Promise<QueryPlan> {
  const schema = config.schema === undefined ? undefined : await loadSchema(config.schema, signal);
  const { plan, problems } = planQuery(config, schema);
  if (plan !== undefined) return plan;
  const [first] = problems;
  throw new OsirisError({
    code: "graphql.bad_config",
    category: "usage",
    message: problems.map(({ path, message }) => `${path.slice(1) || "config"}: ${message}`).join("; "),
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
  });
}

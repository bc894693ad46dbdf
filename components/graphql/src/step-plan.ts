import { OsirisError } from "@osiris/core";
import type { GraphqlConfig } from "./config.ts";
import { planQuery } from "./query/plan-query.ts";
import type { QueryPlan } from "./query/query-plan.ts";

/**
 * The plan of a step that is about to run: by the same rules as when its pipeline was compiled, with the values of the
 * environment filled in.
 * @throws OsirisError `graphql.bad_config`
 */
export function stepPlan(config: GraphqlConfig): QueryPlan {
  const { plan, problems } = planQuery(config);
  if (plan !== undefined) return plan;
  const [first] = problems;
  throw new OsirisError({
    code: "graphql.bad_config",
    category: "usage",
    message: problems.map(({ path, message }) => `${path.slice(1) || "config"}: ${message}`).join("; "),
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
  });
}

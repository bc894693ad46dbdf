import type { ConfigProblem } from "@osiris/core";
import type { GraphQLSchema } from "graphql";
import type { GraphqlConfig } from "../config.ts";
import { fitsSchema } from "./check-schema.ts";
import { readDocument } from "./document.ts";
import { NestedConnections } from "./nested-connections.ts";
import { planPaging } from "./pagination.ts";
import type { Planning } from "./planning.ts";
import { Problems } from "./problems.ts";
import type { QueryPlan } from "./query-plan.ts";
import { readDataPath } from "./response-path.ts";
import { planRows } from "./rows-plan.ts";
import { selectionTree } from "./selection.ts";
import { checkVariables, checkVariableValues, declaredVariables } from "./variables.ts";

/** What a query becomes. There is no plan when there are problems. */
export interface PlannedQuery {
  readonly plan?: QueryPlan;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Plans a step: which request it sends, how it goes on, and which tables the answers make.
 * @param schema the API's; without it less is known, and less is checked
 */
export function planQuery(config: GraphqlConfig, schema?: GraphQLSchema): PlannedQuery {
  const problems = new Problems();
  const plan = tryPlan(config, schema, problems);
  return problems.all.length > 0 || plan === undefined ? { problems: problems.all } : { plan, problems: [] };
}

function tryPlan(
  config: GraphqlConfig,
  schema: GraphQLSchema | undefined,
  problems: Problems,
): QueryPlan | undefined {
  const document = readDocument(config, problems);
  if (document === undefined) return undefined;
  if (schema !== undefined && !fitsSchema(document, schema, problems)) return undefined;
  const root = selectionTree(document, schema, problems);
  if (root === undefined) return undefined;
  const pageFields = { cursor: config.pagination_cursor_field, hasNext: config.pagination_has_next_field };
  const planning: Planning = { config, schema, document, root, pageFields, problems };
  const target = config.data_path === undefined ? undefined : readDataPath(config.data_path, root, problems);
  if (config.data_path !== undefined && target === undefined) return undefined;
  const paging = planPaging(planning, target);
  if (problems.all.length > 0) return undefined;
  checkVariables(config, document, paging.plan, problems);
  if (schema !== undefined) checkVariableValues(config, document, schema, problems);
  if (problems.all.length > 0) return undefined;
  const nested = new NestedConnections(planning, paging.plan);
  const rows = planRows(planning, target, paging, nested);
  nested.check();
  if (rows === undefined || problems.all.length > 0) return undefined;
  return {
    text: nested.text,
    operationName: document.operation.name?.value,
    variables: declaredVariables(document),
    pagination: paging.plan,
    rows,
  };
}

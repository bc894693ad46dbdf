import type { CheckRequest, CheckResult } from "@osiris/core";
import type { GraphqlConnection } from "../config.ts";
import { loadSchema } from "../query/load-schema.ts";
import { openApi, withEndpoint } from "./api.ts";

/** The smallest question there is: every API answers it to those who may ask. */
const QUESTION = "query OsirisCheck { __typename }";

/** Whether the API answers, and whether the connection's schema can be read. */
export async function checkConnection(request: CheckRequest<GraphqlConnection>): Promise<CheckResult> {
  const { connection, signal } = request;
  if (connection.schema !== undefined) await loadSchema(connection.schema, signal);
  const complete = withEndpoint(connection);
  if (complete === undefined) return { details: "no endpoint: steps bring their own" };
  await using api = await openApi(complete);
  await api.ask(QUESTION, signal);
  return { details: `GraphQL at ${api.host}` };
}

import { isOsirisError, OsirisError } from "@osiris/core";
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import type { Api } from "./api.ts";

/** What servers make of a question that they do not answer. Whoever may not log in has to be told that instead. */
const REFUSALS = new Set(["graphql.errors", "graphql.invalid_query", "graphql.forbidden", "http.refused"]);

/**
 * The schema that an API tells of itself.
 * @throws OsirisError `graphql.no_introspection` when it does not tell
 */
export async function introspect(api: Api, signal: AbortSignal): Promise<GraphQLSchema> {
  let data;
  try {
    data = await api.ask(getIntrospectionQuery(), signal);
  } catch (error) {
    if (isOsirisError(error) && REFUSALS.has(error.code))
      throw noIntrospection(api.host, error.message, error);
    throw error;
  }
  try {
    return buildClientSchema(data as unknown as IntrospectionQuery);
  } catch (error) {
    throw noIntrospection(api.host, "what it tells is no schema", error);
  }
}

function noIntrospection(host: string, reason: string, cause: unknown): OsirisError {
  return new OsirisError({
    code: "graphql.no_introspection",
    category: "external",
    message: `The GraphQL API at ${host} does not tell its schema: ${reason}`,
    hint: "Export the schema, as SDL or as the JSON of an introspection, and set schema to the file.",
    cause,
  });
}

import {
  buildClientSchema,
  buildSchema,
  validateSchema,
  GraphQLError,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";

/** A schema, or why a text is none. */
export type ReadSchema = { readonly schema: GraphQLSchema } | { readonly problem: string };

/** Reads a schema in GraphQL's schema language, or the JSON of an introspection: `{ data: { __schema } }`, or what is in `data`. */
export function readSchema(text: string): ReadSchema {
  try {
    const schema = text.trimStart().startsWith("{") ? fromIntrospection(text) : buildSchema(text);
    const [error] = validateSchema(schema);
    return error === undefined ? { schema } : { problem: error.message };
  } catch (error) {
    if (error instanceof GraphQLError) {
      const [place] = error.locations ?? [];
      const where = place === undefined ? "" : ` (line ${place.line}, column ${place.column})`;
      return { problem: `${error.message.replace(/\.$/, "")}${where}` };
    }
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What to do about a file that is no schema. */
export const SCHEMA_HINT =
  "It has to hold the API's whole schema, in GraphQL's schema language or as the JSON of an introspection.";

function fromIntrospection(text: string): GraphQLSchema {
  const answer = JSON.parse(text) as { readonly data?: unknown; readonly __schema?: unknown } | null;
  const introspection = answer?.__schema === undefined ? answer?.data : answer;
  if (typeof introspection !== "object" || introspection === null || !("__schema" in introspection)) {
    throw new Error("The JSON has no __schema, neither at its root nor in data");
  }
  return buildClientSchema(introspection as unknown as IntrospectionQuery);
}

import { Kind, validate, type DocumentNode, type GraphQLSchema } from "graphql";
import type { QueryDocument } from "./document.ts";
import type { Problems } from "./problems.ts";

/** As many say enough. */
const MAX_ERRORS = 20;

/** Checks a query against the API's schema; what it says about deprecated fields is no problem. */
export function fitsSchema(
  { operation, fragments }: QueryDocument,
  schema: GraphQLSchema,
  problems: Problems,
): boolean {
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] };
  const errors = validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
  const hint = "Correct the query, or bring schema up to date.";
  for (const error of errors) problems.addError(error, /Did you mean/.test(error.message) ? undefined : hint);
  return errors.length === 0;
}

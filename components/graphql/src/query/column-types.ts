import { getNamedType, getNullableType, isEnumType, isListType, type GraphQLOutputType } from "graphql";

const SCALARS: ReadonlyMap<string, string> = new Map([
  ["Int", "INTEGER"],
  ["Float", "DOUBLE"],
  ["String", "VARCHAR"],
  ["ID", "VARCHAR"],
  ["Boolean", "BOOLEAN"],
]);

/**
 * DuckDB's type for a value of a scalar or enum, or for lists of them: `VARCHAR[]`. undefined for an API's own scalars, whose
 * values decide.
 */
export function columnType(type: GraphQLOutputType | undefined): string | undefined {
  if (type === undefined) return undefined;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const item = columnType(nullable.ofType);
    return item === undefined ? undefined : `${item}[]`;
  }
  const named = getNamedType(nullable);
  return isEnumType(named) ? "VARCHAR" : SCALARS.get(named.name);
}

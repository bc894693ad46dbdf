import { placeInText, type ShownPlace } from "@osiris/compiler";
import type { FailedSql } from "@osiris/core";

/** Where SQL has failed. Lines and columns count from 1. A type, not an interface: events take it as JSON. */
export type SqlPlace = {
  /** The pipeline file, as it was named; without it, lines are those of the SQL. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /** The line, and where the caret stands below it. */
  readonly excerpt: { readonly text: string; readonly column: number };
};

/**
 * The place of a failure in the pipeline file, where the statement holds the step's query and `inFile` knows the way;
 * else in the query or the statement, where DuckDB says so much. A driver may put words around the query.
 */
export function placeOfSql(
  { text, position }: FailedSql,
  query: string | undefined,
  inFile: (offset: number) => ShownPlace | undefined,
): SqlPlace | undefined {
  const start = query === undefined ? -1 : text.indexOf(query);
  if (query === undefined || start < 0) {
    return position === undefined ? undefined : placeInText(text, position);
  }
  const offset = Math.min(Math.max((position ?? start) - start, 0), query.length);
  const place = inFile(offset);
  if (place === undefined) return position === undefined ? undefined : placeInText(query, offset);
  const { file, line, column, excerpt } = place;
  return { file, line, column, excerpt };
}

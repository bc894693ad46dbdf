/** Step ids: what can stand in a table name, a file name and a log line without care. */
export const STEP_ID: RegExp = /^[a-z][a-z0-9_-]{0,62}$/;

/** The name under which a SQL step with a single input sees it. No step may claim it. */
export const SINGLE_INPUT_NAME = "input_df";

/** The table a step publishes, or with `output` one of its several. */
export function tableName(stepId: string, output?: string): string {
  const base = stepId.replaceAll("-", "_");
  return output === undefined ? base : `${base}__${output}`;
}

/** A name as SQL, whatever is in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a SQL literal, for the places where DuckDB takes no parameter (COPY options, SET). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The case of ASCII letters does not count in DuckDB's names; that of others, such as the Kelvin sign, does. */
export function foldCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

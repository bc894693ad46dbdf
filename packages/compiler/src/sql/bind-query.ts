import { foldCase, SINGLE_INPUT_NAME, type BindProblem, type Column, type SqlAnalyzer } from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import { didYouMean } from "../nearest.ts";
import type { StepDraft } from "../steps/step-draft.ts";
import type { SqlProblem, TableRead } from "./read-tables.ts";

export type QueryBinding = { readonly columns: readonly Column[] } | { readonly problem: SqlProblem };

/**
 * Checks a query's names and types against the columns of the tables that it reads. Undefined when those of one of
 * them are not known before it runs. `reads` are tables of `upstream` and `input_df`.
 */
export async function bindQuery(
  sql: string,
  reads: readonly TableRead[],
  upstream: readonly StepDraft[],
  analyzer: SqlAnalyzer,
): Promise<QueryBinding | undefined> {
  const readsInput = reads.some(({ name }) => foldCase(name) === SINGLE_INPUT_NAME);
  const tables = new Set(reads.map(({ name }) => foldCase(name)));
  tables.delete(SINGLE_INPUT_NAME);
  const [single] = upstream;
  if (readsInput && single?.table !== undefined) tables.add(single.table);
  for (const table of tables) {
    const columns = upstream.find((step) => step.table === table)?.columns;
    if (columns === undefined || !(await analyzer.declare(table, columns))) return undefined;
  }
  const bound = await analyzer.bind(sql, readsInput ? single?.table : undefined);
  return "columns" in bound ? bound : { problem: toProblem(bound.problem) };
}

const CODES: Readonly<Record<BindProblem["kind"], FindingCode>> = {
  column: "sql.unknown_column",
  function: "sql.unknown_function",
  type: "sql.wrong_type",
  other: "sql.invalid",
  timeout: "sql.too_slow",
};

function toProblem({ kind, message, position, name, candidates }: BindProblem): SqlProblem {
  const problem = { code: CODES[kind], offset: position ?? 0, message: `SQL: ${message}` };
  if (name === undefined) return problem;
  if (kind === "type") {
    return { ...problem, message: `SQL: ${name} does not exist for these types`, hint: castHint(candidates) };
  }
  const text = kind === "column" ? `SQL: no column is called "${name}" here` : problem.message;
  return { ...problem, message: text, hint: didYouMean(name, candidates) };
}

const MAX_SIGNATURES = 4;

function castHint(signatures: readonly string[]): string {
  const shown = signatures.slice(0, MAX_SIGNATURES).join("; ");
  const more = signatures.length > MAX_SIGNATURES ? "; and others" : "";
  const advice = "Cast a value (CAST(x AS DOUBLE)), or declare the column's type where it is read.";
  return shown === "" ? advice : `There is: ${shown}${more}. ${advice}`;
}

import type { SqlAnalyzer } from "@osiris/core";
import { offsetsBefore } from "../fill-params.ts";
import type { Params } from "../params.ts";
import { referencesIn, unescapeReferences, type Path } from "../references.ts";
import { readTables, type SqlProblem, type SqlReading } from "../sql/read-tables.ts";
import type { CompileScope, Query, StepDraft } from "./step-draft.ts";

/** A step's query, and what it reads. */
export type ReadQuery = readonly [query: Query, reading: SqlReading];

/** Parses the queries of all steps that have one. */
export async function readQueries(
  steps: readonly StepDraft[],
  analyzer: SqlAnalyzer,
  { source, params }: CompileScope,
): Promise<ReadonlyMap<StepDraft, ReadQuery>> {
  const queries = steps.flatMap((step) => {
    const query = queryOf(step, params, source);
    if (query === undefined) return [];
    step.query = query;
    return [[step, query] as const];
  });
  if (queries.length === 0) return new Map();
  const functions = await analyzer.functions();
  const readings = new Map<StepDraft, ReadQuery>();
  for (const [step, query] of queries.filter(([, { sql }]) => sql.length > MAX_QUERY)) {
    readings.set(step, [query, { reads: [], problems: [TOO_LONG], computes: false }]);
  }
  for (const batch of batches(queries.filter(([, { sql }]) => sql.length <= MAX_QUERY))) {
    const answers = await analyzer.parse(batch.map(([, { sql }]) => sql));
    for (const [position, [step, query]] of batch.entries()) {
      const answer = answers[position] ?? { error: "DuckDB gave no answer" };
      readings.set(step, [query, readTables(query.sql, answer, functions)]);
    }
  }
  return readings;
}

/** Some forms of queries take DuckDB a time that grows with the square of their length. */
const MAX_QUERY = 500_000;
const TOO_LONG: SqlProblem = {
  code: "sql.too_slow",
  message: "SQL: the query has more than 500,000 characters",
  hint: "Keep data in files, and read them with a step.",
  offset: 0,
};

/** Parse trees are a hundred times as large as their texts. */
const MAX_BATCH = 200_000;

/** The queries in their order, in groups of a bounded length in all; a longer one is alone. */
function* batches(queries: readonly (readonly [StepDraft, Query])[]): Iterable<typeof queries> {
  let batch: (readonly [StepDraft, Query])[] = [];
  let length = 0;
  for (const query of queries) {
    const [, { sql }] = query;
    if (batch.length > 0 && length + sql.length > MAX_BATCH) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(query);
    length += sql.length;
  }
  if (batch.length > 0) yield batch;
}

/** A step's SQL, and how it was written before parameters were filled in. */
function queryOf(step: StepDraft, params: Params, source: CompileScope["source"]): Query | undefined {
  const field = step.component?.spec.sql?.slice(1);
  if (field === undefined || step.configuration.holdsSecrets) return undefined;
  const filled = step.configuration.own[field];
  const raw = step.oml.config?.[field];
  if (typeof filled !== "string" || typeof raw !== "string") return undefined;
  // A parameter without a value is a mistake by itself; the SQL around it is not.
  if (referencesIn(filled).some(({ kind }) => kind === "param")) return undefined;
  const path: Path = [...step.path, "config", field];
  const toRaw = offsetsBefore(raw, params);
  return {
    sql: unescapeReferences(filled),
    span: (offset) => source.spanInText(path, toRaw(offset)),
  };
}

import type { Column, CompileFiles, ConfigProblem } from "@osiris/core";
import type { GraphqlConfig } from "../config.ts";
import { planQuery, type PlannedQuery } from "./plan-query.ts";
import type { FieldPlan } from "./query-plan.ts";
import { readSchema, SCHEMA_HINT, type ReadSchema } from "./schema.ts";

/** The driver's `validate`. */
export function validateConfig(config: GraphqlConfig, files: CompileFiles): readonly ConfigProblem[] {
  return planWithFiles(config, files).problems;
}

/** The driver's `columns`: when the schema or dtype has the type of each, and all fit into one table. */
export function announcedColumns(config: GraphqlConfig, files: CompileFiles): readonly Column[] | undefined {
  const { plan } = planWithFiles(config, files);
  return plan?.rows.table.fields && columnsOf(plan.rows.table.fields);
}

function planWithFiles(config: GraphqlConfig, files: CompileFiles): PlannedQuery {
  // What a variable of the environment stands for is not known yet.
  if (config.query.includes("${")) return { problems: [] };
  const text = config.schema === undefined ? undefined : files.text("/schema");
  const read = text === undefined ? undefined : lastSchema(text);
  if (read !== undefined && "problem" in read) {
    const message = `It is no GraphQL schema: ${read.problem}`;
    return { problems: [{ path: "/schema", message, hint: SCHEMA_HINT }] };
  }
  return planQuery(config, read?.schema);
}

let last: { readonly text: string; readonly read: ReadSchema } | undefined;

/** The steps of a pipeline mostly have one schema, and reading a large one takes a while. */
function lastSchema(text: string): ReadSchema {
  if (last?.text !== text) last = { text, read: readSchema(text) };
  return last.read;
}

/** undefined as soon as one is not known. */
function columnsOf(fields: readonly FieldPlan[]): readonly Column[] | undefined {
  const columns: Column[] = [];
  for (const { column, type, fields: inner, flatten, list, table } of fields) {
    if (table !== undefined) return undefined;
    if (flatten && list === false) {
      const found = columnsOf(inner ?? []);
      if (found === undefined) return undefined;
      columns.push(...found);
    } else if (type === undefined) {
      return undefined;
    } else {
      columns.push({ name: column, type });
    }
  }
  return columns;
}

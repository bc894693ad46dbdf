import type { DriverContext, JsonInput, JsonValue } from "@osiris/core";
import type { GraphqlConfig } from "../../src/config.ts";
import type { FieldPlan } from "../../src/query/query-plan.ts";
import { openRowTables, type RowTables } from "../../src/rows/row-tables.ts";
import type { Execute, JsonObject } from "../../src/transport/session.ts";
import { runStep, type StepRun } from "../run-step.ts";
import { rowsPlan } from "./plans.ts";

/** What of a step's config the tables look at, with the spec's defaults. */
export const CONFIG = {
  dtype: {},
  flatten_result: true,
  flatten_separator: ".",
  max_concurrent: 4,
} as const;

export interface RowStep {
  readonly fields: readonly FieldPlan[] | undefined;
  readonly config?: Partial<GraphqlConfig>;
  readonly execute?: Execute;
}

const NO_PAGES: Execute = () => Promise.reject(new Error("no further page was expected"));

export function openRows(
  ctx: DriverContext,
  { fields, config = {}, execute = NO_PAGES }: RowStep,
  shape?: JsonValue,
): Promise<RowTables> {
  return openRowTables({
    ctx,
    config: { ...CONFIG, ...config } as GraphqlConfig,
    plan: rowsPlan(fields),
    execute,
    variables: { first: 2, other: "unused" },
    shape,
  });
}

/** Runs a step that puts page after page into its tables. */
export function rowStep(step: RowStep, ...pages: readonly (readonly JsonObject[])[]): Promise<StepRun> {
  return runStep(async (ctx) => {
    const tables = await openRows(ctx, step);
    for (const page of pages) await tables.add(structured(page), ctx.signal);
    await tables.close();
    return { rows: tables.totalRows };
  });
}

/** Copies of rows: they are the tables' own. Numerals stay what they are. */
function structured(rows: readonly JsonObject[]): readonly JsonObject[] {
  return rows.map((row) => copy(row) as JsonObject);
}

function copy(value: JsonInput | undefined): JsonInput | undefined {
  if (Array.isArray(value)) return (value as readonly JsonInput[]).map((item) => copy(item) ?? null);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner as JsonInput)]));
}

/** Names and types of a table's columns, as one would write them. */
export async function shapeOf(run: StepRun, table = "films"): Promise<readonly string[]> {
  return (await run.columns(table)).map(({ name, type }) => `${name} ${type}`);
}

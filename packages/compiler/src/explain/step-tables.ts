import {
  foldCase,
  openSqlAnalyzer,
  SINGLE_INPUT_NAME,
  type Column,
  type ComponentSpec,
  type ParsedSql,
  type SqlAnalyzer,
} from "@osiris/core";
import type { ManifestStep } from "../manifest.ts";
import { bindQuery } from "../sql/bind-query.ts";
import { readTables } from "../sql/read-tables.ts";
import { owns } from "../steps/check-names.ts";
import type { ReadTable } from "./explanation.ts";

/** A step with what decides which tables it reads. */
export interface TableUser {
  readonly step: ManifestStep;
  readonly spec: ComponentSpec;
  /** Its query, without escapes. */
  readonly sql?: string;
}

export interface StepTables {
  readonly reads: readonly ReadTable[];
  /** Of the table that it makes, where they are known before it runs. */
  readonly columns?: readonly Column[];
}

/** A table that stands above the step in question. */
interface UpstreamTable {
  readonly step: string;
  readonly table: string;
  readonly columns?: readonly Column[];
}

/**
 * Which tables each step reads, and the columns of those that it makes. Found out anew rather than taken from
 * plan.json, which no fingerprint covers.
 */
export async function stepTables(users: readonly TableUser[]): Promise<ReadonlyMap<string, StepTables>> {
  await using analyzer = await openSqlAnalyzer();
  const queries = users.filter(({ sql }) => sql !== undefined);
  const answers = queries.length === 0 ? [] : await analyzer.parse(queries.map(({ sql }) => sql ?? ""));
  const parsed = new Map(queries.map(({ step }, index) => [step.id, answers[index]]));
  const functions = queries.length === 0 ? new Set<string>() : await analyzer.functions();
  const made = new Map<string, UpstreamTable>();
  const result = new Map<string, StepTables>();
  for (const user of users) {
    const { step } = user;
    const upstream = step.needs.flatMap((need) => made.get(need) ?? []);
    const tables = await tablesOf(user, upstream, { parsed: parsed.get(step.id), functions, analyzer });
    result.set(step.id, tables);
    if (step.table !== undefined) made.set(step.id, { ...tables, step: step.id, table: step.table });
  }
  return result;
}

interface SqlScope {
  readonly parsed: ParsedSql | undefined;
  readonly functions: ReadonlySet<string>;
  readonly analyzer: SqlAnalyzer;
}

async function tablesOf(
  { step, spec, sql }: TableUser,
  upstream: readonly UpstreamTable[],
  { parsed, functions, analyzer }: SqlScope,
): Promise<StepTables> {
  if (sql === undefined || parsed === undefined) {
    const reads = inputsOf(step, spec, upstream);
    const columns = step.columns === undefined ? undefined : await spelled(step.columns, analyzer);
    return { reads, ...(columns === undefined ? {} : { columns }) };
  }
  const reading = readTables(sql, parsed, functions);
  const names = reading.reads.map(({ name }) => name);
  const bound = reading.problems.length > 0 ? undefined : await bindQuery(sql, reading, upstream, analyzer);
  return {
    reads: unique(names.flatMap((name) => readByQuery(name, upstream) ?? [])),
    ...(bound !== undefined && "columns" in bound ? { columns: bound.columns } : {}),
  };
}

function inputsOf(
  step: ManifestStep,
  spec: ComponentSpec,
  upstream: readonly UpstreamTable[],
): readonly ReadTable[] {
  if (spec.inputs === "none") return [];
  const { input } = step;
  if (input === undefined) return upstream.map(({ step, table }) => ({ table, step }));
  const table = foldCase(input);
  const owner = upstream.find((other) => owns(other, table));
  return owner === undefined ? [] : [{ table, step: owner.step, as: "input" }];
}

function readByQuery(name: string, upstream: readonly UpstreamTable[]): ReadTable | undefined {
  const table = foldCase(name);
  const [single] = upstream;
  if (table === SINGLE_INPUT_NAME)
    return single && { table: single.table, step: single.step, as: "input_df" };
  const owner = upstream.find((other) => owns(other, table));
  return owner && { table, step: owner.step };
}

function unique(reads: readonly ReadTable[]): readonly ReadTable[] {
  return [...new Map(reads.map((read) => [`${read.table} ${read.as ?? ""}`, read])).values()];
}

/** A manifest's types go into SQL: only those that are types. */
async function spelled(
  columns: readonly Column[],
  analyzer: SqlAnalyzer,
): Promise<readonly Column[] | undefined> {
  for (const { type } of columns) if ((await analyzer.typeName(type)) === undefined) return undefined;
  return columns;
}

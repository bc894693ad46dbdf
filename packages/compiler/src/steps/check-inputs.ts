import { foldCase, SINGLE_INPUT_NAME, type Column, type RenamedColumn, type SqlAnalyzer } from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import { didYouMean } from "../nearest.ts";
import type { Hint } from "../report.ts";
import type { Span } from "../yaml/source.ts";
import { bindQuery } from "../sql/bind-query.ts";
import type { TableRead } from "../sql/read-tables.ts";
import { ownerOf, owns } from "./check-names.ts";
import { readQueries, type ReadQuery } from "./read-queries.ts";
import type { CompileScope, Query, StepDraft } from "./step-draft.ts";

/** So many are told by name. */
const MAX_RENAMED = 5;

/** The steps of a pipeline, by the names that find them. */
interface StepIndex {
  readonly byId: ReadonlyMap<string, StepDraft>;
  readonly byTable: ReadonlyMap<string, StepDraft>;
}

/**
 * Decides what each step waits for and checks what it reads. A SQL step's needs may come from its query; any other
 * step without `needs` waits for the step before it.
 */
export async function resolveInputs(
  steps: readonly StepDraft[],
  analyzer: SqlAnalyzer,
  scope: CompileScope,
): Promise<void> {
  const index: StepIndex = {
    byId: new Map(steps.map((step) => [step.oml.id, step])),
    byTable: new Map(steps.flatMap((step) => (step.table === undefined ? [] : [[step.table, step]]))),
  };
  const readings = await readQueries(steps, analyzer, scope);
  await declareSources(readings, index, analyzer);
  for (const [position, step] of steps.entries()) {
    const before = steps[position - 1];
    const fallback = before ? [before.oml.id] : [];
    const read = readings.get(step);
    if (read === undefined) step.needs = step.oml.needs ?? fallback;
    else await resolveSqlStep(step, read, fallback, { index, analyzer, scope });
    checkInput(step, index, scope);
  }
}

/** Declares the tables of other steps than SQL ones that queries read, all at once: one by one takes twice as long. */
async function declareSources(
  readings: ReadonlyMap<StepDraft, ReadQuery>,
  index: StepIndex,
  analyzer: SqlAnalyzer,
): Promise<void> {
  const tables = new Map<string, readonly Column[]>();
  for (const [, { reads }] of readings.values()) {
    for (const { name } of reads) {
      const { table, columns } = index.byTable.get(foldCase(name)) ?? {};
      if (table !== undefined && columns !== undefined) tables.set(table, columns);
    }
  }
  await analyzer.declareAll(tables);
}

async function resolveSqlStep(
  step: StepDraft,
  [query, reading]: ReadQuery,
  fallback: readonly string[],
  { index, analyzer, scope }: { index: StepIndex; analyzer: SqlAnalyzer; scope: CompileScope },
): Promise<void> {
  const { reads, problems } = reading;
  for (const { code, message, hint, offset } of problems) {
    scope.report.add(code, query.span(offset), message, hint);
  }
  step.needs = step.oml.needs ?? needsOf(reads, step, index) ?? fallback;
  const upstream = tablesUpstream(step, index);
  const wrong = reads.flatMap((read) => {
    const problem = readProblem(read, step, upstream, index);
    return problem === undefined ? [] : [{ ...problem, offset: read.offset }];
  });
  for (const { code, message, hint, offset } of wrong) {
    scope.report.add(code, query.span(offset), message, hint);
  }
  if (problems.length > 0 || wrong.length > 0) return;
  const bound = await bindQuery(query.sql, reading, upstream, analyzer);
  if (bound === undefined) return;
  if ("columns" in bound) {
    step.columns = bound.columns;
    if (bound.renamed.length > 0) reportRenamed(bound.renamed, query, scope);
    return;
  }
  for (const { code, message, hint, offset } of bound.problems) {
    scope.report.add(code, query.span(offset), message, hint);
  }
}

function reportRenamed(renamed: readonly RenamedColumn[], query: Query, { report }: CompileScope): void {
  const shown = renamed.slice(0, MAX_RENAMED).map(({ from, to }) => `"${from}" becomes "${to}"`);
  const more = renamed.length > MAX_RENAMED ? ", and others" : "";
  const message = `SQL: several columns have one name, and a table cannot: ${shown.join(", ")}${more}`;
  report.add("sql.renamed_column", query.span(0), message, "Name them with AS, or select one of them.");
}

/** The steps whose tables the query reads, in document order; undefined when it names none. */
function needsOf(
  reads: readonly TableRead[],
  step: StepDraft,
  index: StepIndex,
): readonly string[] | undefined {
  const owners = new Set(reads.flatMap((read) => ownerOfRead(read.name, index) ?? []));
  owners.delete(step);
  if (owners.size > 0) {
    return [...owners].toSorted((a, b) => a.index - b.index).map((other) => other.oml.id);
  }
  return reads.some((read) => foldCase(read.name) === SINGLE_INPUT_NAME) ? undefined : [];
}

interface Problem {
  readonly code: FindingCode;
  readonly message: string;
  readonly hint?: Hint;
}

function readProblem(
  read: TableRead,
  step: StepDraft,
  upstream: readonly StepDraft[],
  index: StepIndex,
): Problem | undefined {
  const names = upstream.map((other) => String(other.table));
  if (foldCase(read.name) === SINGLE_INPUT_NAME) {
    if (upstream.length === 1) return undefined;
    const message = `${SINGLE_INPUT_NAME} stands for the only input, but step "${step.oml.id}" has ${upstream.length}`;
    const hint = upstream.length === 0 ? "Add needs." : `Write one of: ${names.join(", ")}.`;
    return { code: "sql.no_single_input", message, hint };
  }
  const owner = ownerOfRead(read.name, index);
  if (owner === undefined) {
    const message = `"${read.name}" is not a table of an upstream step`;
    const others = (): readonly string[] => [...index.byTable.keys()].filter((table) => table !== step.table);
    const hint = (): string => didYouMean(read.name, names.length > 0 ? names : others());
    return { code: "sql.unknown_table", message, hint };
  }
  if (owner === step) {
    return { code: "sql.reads_itself", message: `Step "${step.oml.id}" reads its own table` };
  }
  if (!upstream.includes(owner)) {
    const message = `"${read.name}" is the table of step "${owner.oml.id}", which is not among this step's needs`;
    return { code: "sql.not_upstream", message, hint: `Add "${owner.oml.id}" to needs.` };
  }
  // Needs that are written down are checked where they stand.
  if (owner.index > step.index && step.oml.needs === undefined) {
    const message = `"${read.name}" is the table of step "${owner.oml.id}", which stands below this step`;
    const hint = `Move "${owner.oml.id}" above "${step.oml.id}".`;
    return { code: "step.forward_need", message, hint };
  }
  return undefined;
}

/** DuckDB ignores case in names. A step with several outputs owns `<table>__<output>` too. */
function ownerOfRead(name: string, { byTable }: StepIndex): StepDraft | undefined {
  const wanted = foldCase(name);
  return byTable.get(wanted) ?? ownerOf(wanted, byTable);
}

/** In document order, each once. */
function tablesUpstream(step: StepDraft, { byId }: StepIndex): readonly StepDraft[] {
  const steps = new Set(step.needs.flatMap((need) => byId.get(need) ?? []));
  return [...steps].filter((other) => other.table !== undefined).toSorted((a, b) => a.index - b.index);
}

/** A component that takes one input gets exactly one; `input` chooses among several. */
function checkInput(step: StepDraft, index: StepIndex, { source, report }: CompileScope): void {
  const inputs = step.component?.spec.inputs;
  if (inputs === undefined) return;
  const { id, input, component } = step.oml;
  const idSpan = (): Span => source.spanOf([...step.path, "id"]);
  const inputSpan = (): Span => source.spanOf([...step.path, "input"]);
  if (inputs !== "one") {
    if (input === undefined) return;
    const why = inputs === "none" ? "reads no table" : "reads all tables of its needs";
    report.add("step.no_input", inputSpan(), `${component} ${why}`, "Remove input.");
    return;
  }
  const upstream = tablesUpstream(step, index);
  const names = upstream.map((other) => String(other.table));
  if (upstream.length === 0) {
    const message = `Step "${id}" needs an upstream step that makes a table`;
    report.add("step.no_input", idSpan(), message, "Name it in needs.");
  } else if (input === undefined && upstream.length > 1) {
    const message = `Step "${id}" takes one table, but its needs make ${upstream.length}: ${names.join(", ")}`;
    report.add("step.many_inputs", idSpan(), message, "Choose one with input: <table>.");
  } else if (input !== undefined && !upstream.some((other) => owns(other, foldCase(input)))) {
    const message = `"${input}" is not a table of this step's needs`;
    report.add("step.unknown_input", inputSpan(), message, didYouMean(input, names));
  }
}

import { foldCase, SINGLE_INPUT_NAME, type SqlParser } from "@osiris/core";
import type { Report, StepDraft } from "./draft.ts";
import { didYouMean } from "./nearest.ts";
import { offsetBefore, type Params } from "./params.ts";
import { readTables, type TableRead } from "./sql/read-tables.ts";

/**
 * Decides what each step waits for and checks what it reads. A SQL step's needs may come from its query; any other
 * step without `needs` waits for the step before it.
 */
export async function resolveInputs(
  steps: readonly StepDraft[],
  parser: SqlParser,
  params: Params,
  report: Report,
): Promise<void> {
  for (const [position, step] of steps.entries()) {
    const before = steps[position - 1];
    const fallback = before ? [before.oml.id] : [];
    const query = queryOf(step);
    if (query === undefined) step.needs = step.oml.needs ?? fallback;
    else {
      const at = (offset: number): number => offsetBefore(query.raw, params, offset);
      const { reads, problems } = await readTables(query.sql, parser);
      for (const { code, message, hint, offset } of problems) {
        report.addInText(query.path, at(offset), code, message, hint);
      }
      step.needs = step.oml.needs ?? needsOf(reads, step, steps) ?? fallback;
      for (const read of reads) {
        const problem = readProblem(read, step, steps);
        if (problem)
          report.addInText(query.path, at(read.offset), problem.code, problem.message, problem.hint);
      }
    }
    checkInput(step, steps, report);
  }
}

/** A step's SQL, where it stands, and how it was written before parameters were filled in. */
function queryOf(
  step: StepDraft,
): { readonly sql: string; readonly raw: string; readonly path: StepDraft["path"] } | undefined {
  const field = step.component?.spec.sql?.slice(1);
  if (field === undefined) return undefined;
  const sql = step.config[field];
  const raw = step.oml.config?.[field];
  if (typeof sql !== "string" || typeof raw !== "string") return undefined;
  return { sql, raw, path: [...step.path, "config", field] };
}

/** The steps whose tables the query reads, in document order; undefined when it names none. */
function needsOf(
  reads: readonly TableRead[],
  step: StepDraft,
  steps: readonly StepDraft[],
): readonly string[] | undefined {
  const needs = steps.filter((other) => other !== step && reads.some((read) => owns(other, read.name)));
  if (needs.length > 0) return needs.map((other) => other.oml.id);
  return reads.some((read) => foldCase(read.name) === SINGLE_INPUT_NAME) ? undefined : [];
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function readProblem(read: TableRead, step: StepDraft, steps: readonly StepDraft[]): Problem | undefined {
  const upstream = tablesUpstream(step, steps);
  const names = upstream.map((other) => String(other.table));
  if (foldCase(read.name) === SINGLE_INPUT_NAME) {
    if (upstream.length === 1) return undefined;
    const message = `${SINGLE_INPUT_NAME} stands for the only input, but step "${step.oml.id}" has ${upstream.length}`;
    const hint = upstream.length === 0 ? "Add needs." : `Write one of: ${names.join(", ")}.`;
    return { code: "sql.no_single_input", message, hint };
  }
  const owner = steps.find((other) => owns(other, read.name));
  if (owner === undefined) {
    const message = `"${read.name}" is not a table of an upstream step`;
    const others = steps.flatMap((other) =>
      other === step || other.table === undefined ? [] : [other.table],
    );
    return {
      code: "sql.unknown_table",
      message,
      hint: didYouMean(read.name, names.length > 0 ? names : others),
    };
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
function owns(step: StepDraft, name: string): boolean {
  const wanted = foldCase(name);
  return step.table !== undefined && (wanted === step.table || wanted.startsWith(`${step.table}__`));
}

function tablesUpstream(step: StepDraft, steps: readonly StepDraft[]): readonly StepDraft[] {
  return steps.filter((other) => other.table !== undefined && step.needs.includes(other.oml.id));
}

/** A component that takes one input gets exactly one; `input` chooses among several. */
function checkInput(step: StepDraft, steps: readonly StepDraft[], report: Report): void {
  const inputs = step.component?.spec.inputs;
  if (inputs === undefined) return;
  const { input } = step.oml;
  if (inputs !== "one") {
    if (input === undefined) return;
    const why = inputs === "none" ? "reads no table" : "reads all tables of its needs";
    report.add([...step.path, "input"], "step.no_input", `${step.oml.component} ${why}`, "Remove input.");
    return;
  }
  const upstream = tablesUpstream(step, steps);
  const names = upstream.map((other) => String(other.table));
  if (upstream.length === 0) {
    const message = `Step "${step.oml.id}" needs an upstream step that makes a table`;
    report.add([...step.path, "id"], "step.no_input", message, "Name it in needs.");
  } else if (input === undefined && upstream.length > 1) {
    const message = `Step "${step.oml.id}" takes one table, but its needs make ${upstream.length}: ${names.join(", ")}`;
    report.add([...step.path, "id"], "step.many_inputs", message, "Choose one with input: <table>.");
  } else if (input !== undefined && !upstream.some((other) => owns(other, input))) {
    const message = `"${input}" is not a table of this step's needs`;
    report.add([...step.path, "input"], "step.unknown_input", message, didYouMean(input, names));
  }
}

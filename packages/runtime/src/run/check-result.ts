import type { ManifestStep } from "@osiris/compiler";
import { OsirisError, type Column, type CreatedTable, type Inputs, type StepResult } from "@osiris/core";
import { rejectsTable, rowsOf } from "./step-inputs.ts";
import { assertRejects } from "./max-rejects.ts";

/** What a step has come to, after all that can be checked was checked. */
export interface CheckedResult {
  readonly rows: number;
  readonly rejected: number;
  readonly superseded: number;
}

/**
 * A driver's counts are only believed where nothing can check them: at a destination. There every row of the input must
 * be accounted for: written, rejected or superseded.
 */
export function checkResult(
  result: StepResult,
  tables: readonly CreatedTable[],
  inputs: Inputs,
  step: ManifestStep,
): CheckedResult {
  const wrong = wrongResult(step);
  const rows = count(result?.rows, "rows", wrong);
  const superseded = count(result.superseded ?? 0, "superseded", wrong);
  const isRejects = ({ table }: CreatedTable): boolean => table === rejectsTable(step);
  const rejected = tables.find(isRejects)?.rows ?? 0;
  const made = tables.filter((table) => !isRejects(table));
  if (step.mode === "write") {
    if (made.length > 0) throw wrong(`a writer made the table "${made[0]?.table}"`);
    assertRejects(step, rejected, rowsOf(inputs));
    reconcile(step, rowsOf(inputs), { rows, rejected, superseded });
  } else {
    checkTables(step, rows, made, wrong);
    if (superseded > 0) throw wrong("only a writer has superseded rows");
    assertRejects(step, rejected, rows + rejected);
  }
  return { rows, rejected, superseded };
}

type Wrong = (message: string) => OsirisError;

function wrongResult(step: ManifestStep): Wrong {
  return (message) =>
    new OsirisError({
      code: "driver.wrong_result",
      category: "internal",
      message: `${step.component}: ${message}`,
    });
}

function count(value: unknown, field: string, wrong: Wrong): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrong(field === "rows" ? "run() did not return { rows }" : `run() returned no count as "${field}"`);
}

function checkTables(step: ManifestStep, rows: number, tables: readonly CreatedTable[], wrong: Wrong): void {
  if (tables.length === 0) throw wrong("run() made no table");
  const made = tables.reduce((sum, table) => sum + table.rows, 0);
  if (made !== rows) throw wrong(`run() reported ${rows} rows, its tables have ${made}`);
  if (step.columns !== undefined) checkColumns(step.columns, tables, wrong);
}

/** SQL that reads the table was checked against the columns that the driver had announced. */
function checkColumns(announced: readonly Column[], tables: readonly CreatedTable[], wrong: Wrong): void {
  const text = (columns: readonly Column[]): string =>
    columns.map(({ name, type }) => `${name} ${type}`).join(", ");
  const [only, ...more] = tables;
  const made = text(only?.columns ?? []);
  if (more.length === 0 && made === text(announced)) return;
  throw wrong(`its table has the columns ${made}; announced were ${text(announced)}`);
}

function reconcile(step: ManifestStep, read: number, { rows, rejected, superseded }: CheckedResult): void {
  const accounted = rows + rejected + superseded;
  if (accounted === read) return;
  const parts = `${rows} written, ${rejected} rejected, ${superseded} superseded`;
  const difference =
    accounted < read ? `${read - accounted} are missing` : `${accounted - read} are too many`;
  throw new OsirisError({
    code: "step.not_reconciled",
    category: "data",
    message: `Step "${step.id}" (${step.component}) was given ${read} rows and accounts for ${accounted} (${parts}): ${difference}`,
    hint: "The destination may hold only a part of the rows. Compare it with the input table (osiris preview, osiris query) before running again.",
  });
}

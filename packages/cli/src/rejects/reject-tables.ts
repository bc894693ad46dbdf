import { didYouMean } from "@osiris/compiler";
import { OsirisError, quoteIdentifier, REJECTS, tableName, type RunDatabase } from "@osiris/core";
import type { RunRecord } from "@osiris/runtime";

/** The table in which a step keeps what it has left out. */
export interface RejectsTable {
  readonly step: string;
  readonly table: string;
}

/** The steps of a run that keep rejects, in the run's order; of a failed run those that had succeeded. */
export async function rejectsTables(run: RunRecord, database: RunDatabase): Promise<readonly RejectsTable[]> {
  const made = new Set(await database.tables());
  return run.steps
    .map(({ id }) => ({ step: id, table: tableName(id, REJECTS) }))
    .filter(({ table }) => made.has(table));
}

/** @throws OsirisError `runs.no_rejects` */
export async function rejectsTable(
  step: string,
  run: RunRecord,
  database: RunDatabase,
): Promise<RejectsTable> {
  const tables = await rejectsTables(run, database);
  const found = tables.find(({ table }) => table === tableName(step, REJECTS));
  if (found !== undefined) return found;
  const isStep = run.steps.some(({ id }) => id === step);
  const reason = isStep
    ? `Step "${step}" of run ${run.run_id} keeps no rejects`
    : `Run ${run.run_id} has no step "${step}"`;
  throw new OsirisError({
    code: "runs.no_rejects",
    category: "usage",
    message: reason,
    hint: didYouMean(
      step,
      tables.map((table) => table.step),
    ),
  });
}

/** The table as it stands in SQL. */
export function fromRejects({ table }: RejectsTable): string {
  return `main.${quoteIdentifier(table)}`;
}

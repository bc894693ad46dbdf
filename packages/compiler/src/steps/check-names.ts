import { tableName } from "@osiris/core";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";
import type { StepDraft } from "./step-draft.ts";

/** No two steps with one id, or with ids that give one table. */
export function checkNames(steps: readonly StepDraft[], source: Source, report: Report): void {
  const byTable = new Map<string, StepDraft>();
  for (const step of steps) {
    const table = tableName(step.oml.id);
    const first = byTable.get(table);
    if (first === undefined) {
      byTable.set(table, step);
      continue;
    }
    const where = `steps[${first.index}]`;
    const message =
      first.oml.id === step.oml.id
        ? `Two steps are called "${step.oml.id}" (the first is ${where})`
        : `"${step.oml.id}" and "${first.oml.id}" (${where}) both give the table "${table}"`;
    report.add("step.duplicate_id", source.spanOf([...step.path, "id"]), message, "Rename one of them.");
  }
  for (const step of steps) {
    const owner = ownerOf(tableName(step.oml.id), byTable);
    if (owner === undefined || owner === step) continue;
    const message = `"${step.oml.id}" could collide with an output table of step "${owner.oml.id}"`;
    const hint = 'Do not use "__" after another step\'s id.';
    report.add("step.duplicate_id", source.spanOf([...step.path, "id"]), message, hint);
  }
}

/** True for the table of a step, and for one of several: `<its table>__<output>`. */
export function owns({ table }: { readonly table: string | undefined }, name: string): boolean {
  return table !== undefined && (name === table || name.startsWith(`${table}__`));
}

/** The step that may make a table `<its table>__<output>`, if there is one. */
export function ownerOf(table: string, byTable: ReadonlyMap<string, StepDraft>): StepDraft | undefined {
  for (let at = table.indexOf("__", 1); at > 0; at = table.indexOf("__", at + 1)) {
    const owner = byTable.get(table.slice(0, at));
    if (owner !== undefined) return owner;
  }
  return undefined;
}

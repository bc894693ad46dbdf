import type { ManifestStep } from "@osiris/compiler";
import { foldCase, OsirisError, REJECTS, tableName, type Inputs, type InputTable } from "@osiris/core";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import type { RecordedTable } from "./run-record.ts";

/** The tables that finished steps have published, by step id. */
export type PublishedTables = ReadonlyMap<string, readonly InputTable[]>;

/** What other steps get of a step: what it has left out is no input, unless SQL asks for it. */
export function inputTables(step: ManifestStep, tables: readonly RecordedTable[]): readonly InputTable[] {
  return tables
    .filter(({ name }) => name !== rejectsTable(step))
    .map(({ name, rows, columns }) => ({
      step: step.id,
      ...outputOf(step, name),
      table: name,
      rows,
      columns,
    }));
}

export function rejectsTable(step: ManifestStep): string {
  return tableName(step.id, REJECTS);
}

function outputOf(step: ManifestStep, table: string): { readonly output?: string } {
  const prefix = `${step.table}__`;
  return table.startsWith(prefix) ? { output: table.slice(prefix.length) } : {};
}

export function inputsOf(step: ManifestStep, published: PublishedTables): Inputs {
  const all = step.needs.flatMap((need) => published.get(need) ?? []);
  const tables =
    step.input === undefined ? all : all.filter(({ table }) => table === foldCase(step.input ?? ""));
  const [only] = tables;
  return only !== undefined && tables.length === 1 ? { table: only.table, tables } : { tables };
}

export function rowsOf({ tables }: Inputs): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** How many tables a step publishes is known only now; a component that takes one must never read just the first. */
export function assertInputs(
  component: DiscoveredComponent,
  inputs: Inputs,
  step: ManifestStep,
  published: PublishedTables,
): void {
  if (component.spec.inputs !== "one" || inputs.tables.length === 1) return;
  const tables = step.needs.flatMap((need) => published.get(need) ?? []).map(({ table }) => table);
  throw new OsirisError({
    code: tables.length === 0 ? "step.no_input" : "step.many_inputs",
    category: "usage",
    message: `Step "${step.id}" takes one table; its needs have published ${tables.length}: ${tables.join(", ")}`,
    hint: "Choose one with input: <table>.",
  });
}

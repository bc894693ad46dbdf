import type { DriverContext } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import type { ExtraMembers, JsonColumn } from "./json-schema.ts";

export type Report = Pick<DriverContext, "log" | "event">;

/** Messages stay readable: so many columns are named, by so many characters of their names. */
export const NAMES_SHOWN = 10;
const NAME_LENGTH = 60;

/** What was decided and why, in full as an event; what users may not expect, in short as warnings. */
export function reportSchema(
  table: string,
  columns: readonly JsonColumn[],
  extra: ExtraMembers | undefined,
  report: Report,
): void {
  report.event("schema", {
    table,
    columns: columns.map(({ key, name, type, reason }) => ({
      name,
      type,
      ...(key === undefined || key.key === name ? {} : { source_name: key.key }),
      reason,
    })),
  });
  const renamed = columns.flatMap(({ key, name }) =>
    key === undefined || key.key === name ? [] : [`${shown(key.key)} is ${shown(name)}`],
  );
  if (renamed.length > 0) report.log("warn", `Table "${table}": columns were renamed: ${list(renamed)}`);
  const widened = columns.flatMap(({ name, type, change }) =>
    change === undefined ? [] : [`${shown(name)} from ${change.from} to ${type}, since row ${change.row}`],
  );
  if (widened.length > 0) report.log("warn", `Table "${table}": types were widened: ${list(widened)}`);
  if (extra !== undefined) {
    const { rows, firstRow, names } = extra;
    const where = `${rows} rows, since row ${firstRow}, have more keys than the table has columns`;
    report.log(
      "warn",
      `Table "${table}": ${where}; they are in ${shown(columns.at(-1)?.name ?? "")}: ${names.map(shown).join(", ")}, …`,
    );
  }
}

export function refuseChange(table: string, columns: readonly JsonColumn[]): void {
  const changed = columns.filter(({ change }) => change !== undefined);
  const [first] = changed.toSorted((a, b) => (a.change?.row ?? 0) - (b.change?.row ?? 0));
  if (first?.change === undefined) return;
  const { row, from, to } = first.change;
  throw new OsirisError({
    code: "table.type_changed",
    category: "data",
    message: `Table "${table}", row ${row}, column ${shown(first.key?.key ?? "")}: the type changes from ${from} to ${to}`,
    hint: "Declare the column's type, or let types widen.",
  });
}

export function noColumns(table: string): OsirisError {
  return new OsirisError({
    code: "table.no_columns",
    category: "data",
    message: `Table "${table}" would have no columns: no row has a key, and no column is declared`,
    hint: "Declare the columns, so that an empty result has them too.",
  });
}

/** `names` are of columns that were asked for. */
export function tooManyColumns(table: string, names: readonly string[]): OsirisError {
  return new OsirisError({
    code: "table.too_many_columns",
    category: "data",
    message: `Table "${table}": ${list(names.map(shown))} came after as many other keys as the table may have columns`,
    hint: "Raise maxColumns, or declare the columns.",
  });
}

function shown(name: string): string {
  return JSON.stringify(name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name);
}

function list(parts: readonly string[]): string {
  const more = parts.length - NAMES_SHOWN;
  return `${parts.slice(0, NAMES_SHOWN).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

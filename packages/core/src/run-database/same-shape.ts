import type { Column } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import type { JsonSettings } from "../json-rows/json-settings.ts";

/** How a table was asked for, piece by piece. */
export type Shape = readonly string[];

export function columnsShape(columns: readonly Column[]): Shape {
  return columns.map(({ name, type }) => `"${name}" ${type}`);
}

export function jsonShape({ columns, onTypeChange, maxColumns }: JsonSettings): Shape {
  return [...columnsShape(columns), `rows of JSON (onTypeChange ${onTypeChange}, maxColumns ${maxColumns})`];
}

/**
 * Rows of two shapes are no table. Starting over is not for us to decide: the driver has seen the state.
 * @throws OsirisError `checkpoint.columns_changed`
 */
export function assertSameShape(table: string, before: Shape, now: Shape): void {
  const at = Math.max(before.length, now.length);
  for (let index = 0; index < at; index++) {
    if (before[index] === now[index]) continue;
    const [was, is] = [before[index] ?? "nothing", now[index] ?? "nothing"];
    throw new OsirisError({
      code: "checkpoint.columns_changed",
      category: "data",
      message: `Table "${table}" cannot go on after the checkpoint: its column ${index + 1} was ${was} and is ${is} now`,
      hint: "The source has changed since. Run the pipeline anew, without --resume.",
    });
  }
}

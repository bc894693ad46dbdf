import { quoteName } from "../names.ts";
import { textOf, type CountedType } from "./ordered-value.ts";
import type { BoundSql } from "./selection.ts";

/**
 * Conditions of which each row meets exactly one: ranges of about the same width between two values. The first and the last are open,
 * and NULL is in the first.
 */
export function rangesOf(
  column: string,
  type: CountedType,
  { least, greatest }: { readonly least: bigint; readonly greatest: bigint },
  count: number,
): readonly BoundSql[] {
  const span = greatest - least + 1n;
  const ranges = span < BigInt(count) ? Number(span) : count;
  const borders = Array.from({ length: ranges - 1 }, (_, index) =>
    textOf(type, least + (span * BigInt(index + 1)) / BigInt(ranges)),
  );
  const name = quoteName(column);
  return Array.from({ length: ranges }, (_, index) => {
    const [from, to] = [borders[index - 1], borders[index]];
    const parts = [
      ...(from === undefined ? [] : [`${name} >= ${type.bound}`]),
      ...(to === undefined ? [] : [`${name} < ${type.bound}`]),
    ];
    const within = parts.length === 0 ? "TRUE" : parts.join(" AND ");
    return {
      sql: from === undefined ? `${within} OR ${name} IS NULL` : within,
      values: [from, to].filter((value) => value !== undefined),
    };
  });
}

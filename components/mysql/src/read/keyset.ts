import { quoteName } from "../names.ts";
import { orderedType, type OrderedType } from "./ordered-type.ts";
import type { MysqlExtractorConfig } from "../config.ts";
import type { BoundSql } from "./selection.ts";
import type { SourceTable } from "./source-table.ts";

/** The columns by which a table is read in order, so that a read can go on after any row. */
export interface Keyset {
  readonly columns: readonly KeyColumn[];
  /** `ORDER BY …`, the order of the primary key's index. */
  readonly order: string;
}

interface KeyColumn {
  readonly name: string;
  readonly type: OrderedType;
}

/** Why a table cannot be read in the order of its primary key, in plain words, or how it can. */
export function keysetOf(table: SourceTable, config: MysqlExtractorConfig): Keyset | string {
  const { primaryKey } = table;
  if (table.isView) return "a view has no primary key";
  if (primaryKey.length === 0) return "it has no primary key of whole columns";
  const columns: KeyColumn[] = [];
  for (const { name, type, isInvisible } of primaryKey) {
    const ordered = orderedType(type);
    const isRead =
      config.columns?.some((column) => column.toLowerCase() === name.toLowerCase()) ?? !isInvisible;
    if (!isRead) return `its primary key has the column "${name}", which is not read`;
    if (ordered === undefined || isBoolean(type, config)) {
      return `its primary key has the column "${name}" of the type ${type}`;
    }
    if (ordered.kind === "text" && config.charset === "binary") {
      return `its primary key has text ("${name}"), and charset is binary`;
    }
    columns.push({ name, type: ordered });
  }
  return { columns, order: orderOf(columns.map(({ name }) => name)) };
}

function isBoolean(type: string, { tinyint1 }: MysqlExtractorConfig): boolean {
  return tinyint1 === "boolean" && type.toLowerCase().startsWith("tinyint(1)");
}

export function orderOf(columns: readonly string[]): string {
  return `ORDER BY ${columns.map(quoteName).join(", ")}`;
}

/**
 * The rows after one. Written as ranges, one for each column, which the server reads from an index in order; it does not for
 * `(a, b) > (1, 2)`.
 * @param values of the key, as text
 */
export function after({ columns }: Keyset, values: readonly string[]): BoundSql {
  const ranges = columns.map((_, last) => ({
    sql: columns
      .slice(0, last + 1)
      .map(({ name, type }, index) => `${quoteName(name)} ${index === last ? ">" : "="} ${type.bound}`)
      .join(" AND "),
    values: values.slice(0, last + 1),
  }));
  return {
    sql: ranges.map(({ sql }) => `(${sql})`).join(" OR "),
    values: ranges.flatMap((range) => range.values),
  };
}

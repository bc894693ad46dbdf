import type { Column } from "@osiris/core";
import { TYPE_RULES } from "./type-map.ts";
import { UNSIGNED_FLAG, type ColumnDefinition, type WireFormat } from "./wire-types.ts";

/** A column of a result, as the server describes it, and the column of the step's table that it becomes. */
export interface SourceColumn extends Column {
  /** In the result; `name` differs where DuckDB would not tell two names apart. */
  readonly sourceName: string;
  /** As MySQL spells it: `bigint unsigned`, `decimal(12,2)`, `tinyint(1)`. */
  readonly sourceType: string;
  /** The number of the type on the wire, as the protocol's column definition has it. */
  readonly wireType: number;
  readonly unsigned: boolean;
  readonly format: WireFormat;
  /** Digits behind the point: of a decimal, and of the seconds of a time. */
  readonly decimals: number;
  /** What DuckDB has no type for and is kept as something else says so here: it is told to the user. */
  readonly note?: string;
}

/** What the config says of types. */
export interface TypeSettings {
  readonly zeroDates: "null" | "error" | "text";
  readonly tinyint1: "integer" | "boolean";
}

/** The column that a column of a result becomes. Every type has one: what is not known is kept as its text or bytes. */
export function sourceColumn(
  definition: ColumnDefinition,
  names: { readonly source: string; readonly table: string },
  settings: TypeSettings,
): SourceColumn {
  for (const { read } of TYPE_RULES) {
    const reading = read?.(definition, settings);
    if (reading === undefined) continue;
    return {
      name: names.table,
      type: reading.type,
      sourceName: names.source,
      sourceType: reading.sourceType,
      wireType: definition.columnType,
      unsigned: (definition.flags & UNSIGNED_FLAG) !== 0,
      format: reading.format,
      decimals: definition.decimals,
      ...(reading.note === undefined ? {} : { note: reading.note }),
    };
  }
  throw new Error(`no rule reads the wire type ${definition.columnType}`);
}

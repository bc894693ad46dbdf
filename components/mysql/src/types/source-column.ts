import type { Column } from "@osiris/core";

/** A column of a result, as the server describes it, and the column of the step's table that it becomes. */
export interface SourceColumn extends Column {
  /** As MySQL spells it: `bigint unsigned`, `decimal(12,2)`, `tinyint(1)`. */
  readonly sourceType: string;
  /** The number of the type on the wire, as the protocol's column definition has it. */
  readonly wireType: number;
  readonly unsigned: boolean;
  /** Characters that DuckDB cannot hold exactly and are kept as text, say so here: it is told to the user. */
  readonly note?: string;
}

/** What the config says of types. */
export interface TypeSettings {
  readonly zeroDates: "null" | "error" | "text";
  readonly tinyint1: "integer" | "boolean";
}

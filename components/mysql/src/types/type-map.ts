/** One row of the table of types, both ways. */
export interface TypeMapping {
  /** As MySQL spells it, with letters for numbers: `decimal(p,s)`. */
  readonly mysql: string;
  /** As DuckDB spells it. */
  readonly duckdb: string;
  /** `read`: MySQL to DuckDB; `write`: what create_table makes of a DuckDB type; absent: both. */
  readonly only?: "read" | "write";
  /** Ranges, and what is special. */
  readonly note?: string;
}

/** Skeleton. */
export const TYPE_MAP: readonly TypeMapping[] = [];

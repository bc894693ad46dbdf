/** How one type of a source or a destination becomes one of DuckDB's, or the other way. */
export interface TypeMapping {
  /** As the source or destination spells it, with letters for numbers: `decimal(p,s)`. */
  readonly native: string;
  /** As DuckDB spells it: `DECIMAL(p,s)`. */
  readonly duckdb: string;
  /** `read`: only what steps that extract make of it; `write`: only what steps that write make. @default both */
  readonly only?: "read" | "write";
  /** Ranges, and what is special: `beyond 38 digits VARCHAR`. */
  readonly note?: string;
}

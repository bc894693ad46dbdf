import { DuckDBTypeId } from "@duckdb/node-api";

/** Bytes of the integer in which DuckDB stores a value of an ENUM. */
export function enumBytes(internalTypeId: DuckDBTypeId): 1 | 2 | 4 {
  if (internalTypeId === DuckDBTypeId.UTINYINT) return 1;
  return internalTypeId === DuckDBTypeId.USMALLINT ? 2 : 4;
}

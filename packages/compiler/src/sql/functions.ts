/** The table functions a SQL step may call: those that make rows from their arguments alone. */
export const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  "generate_series",
  "generate_subscripts",
  "json_each",
  "json_tree",
  "range",
  "regexp_split_to_table",
  "repeat",
  "repeat_row",
  "unnest",
]);

/**
 * Scalar functions that show the catalog, the settings or other tables, or have effects. Some of DuckDB's pg_* and
 * has_* names are macros over its catalog (duckdb_functions() lists them).
 */
export const REFUSED_FUNCTIONS: RegExp =
  /^(current_setting|current_schemas|current_query|current_(connection|query|transaction)_id|txid_current|stats|setseed|sleep_ms|getenv|getvariable|in_search_path|json_(serialize|deserialize)_(plan|sql)|write_log|nextval|currval|format_type|get_block_size|pg_(?!typeof$|size_pretty$).*|has_.*_privilege)$/;

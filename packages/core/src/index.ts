export * from "./contract.ts";
export { backoffMs } from "./backoff.ts";
export type { Backoff } from "./backoff.ts";
export { uniqueColumnNames } from "./column-names.ts";
export { DATABASE_FILE, RunDatabase, StepTables } from "./database.ts";
export { COMPONENT_SPEC_SCHEMA, connectionFields, familyOf } from "./component-spec.ts";
export type {
  ComponentMode,
  ComponentSpec,
  ConnectionField,
  Constraint,
  FilePaths,
  InputArity,
  JsonSchema,
  OverridePolicy,
} from "./component-spec.ts";
export { isOsirisError, OsirisError, toOsirisError } from "./errors.ts";
export type { ErrorCategory, ErrorDetails, FailedSql } from "./errors.ts";
export {
  foldCase,
  quoteIdentifier,
  quoteLiteral,
  SINGLE_INPUT_NAME,
  STEP_ID,
  tableName,
} from "./identifiers.ts";
export { losslessJson } from "./json-rows/json-cell.ts";
export { isJsonNumeral, JsonNumeral } from "./json-rows/json-numeral.ts";
export { plainNumeral } from "./json-rows/numerals.ts";
export type { DisplayedRows, GuardedConnection } from "./run-database/connection.ts";
export type { TableShape } from "./run-database/run-database.ts";
export { defaultMemoryLimit } from "./run-database/settings.ts";
export type { DatabaseSettings, ReachableFiles } from "./run-database/settings.ts";
export { dropTables, forgetCheckpoints, forgetSteps, readReceipts } from "./run-database/receipts.ts";
export { REJECTS } from "./run-database/rejects.ts";
export type { StepTablesOptions } from "./run-database/step-tables.ts";
export type { ReadTally } from "./run-database/table-reader.ts";
export { Semaphore } from "./semaphore.ts";
export { Secret } from "./secret.ts";
export { stateText } from "./state-text.ts";
export { openSqlAnalyzer } from "./sql-analyzer.ts";
export type { BindProblem, BoundSql, ParsedSql, RenamedColumn, SqlAnalyzer } from "./sql-analyzer.ts";

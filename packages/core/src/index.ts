export * from "./contract.ts";
export { COMPONENT_SPEC_SCHEMA } from "./component-spec.ts";
export type { ComponentMode, ComponentSpec, InputArity } from "./component-spec.ts";
export { isOsirisError, OsirisError, toOsirisError } from "./errors.ts";
export type { ErrorCategory, ErrorDetails } from "./errors.ts";
export {
  foldCase,
  quoteIdentifier,
  quoteLiteral,
  SINGLE_INPUT_NAME,
  STEP_ID,
  tableName,
} from "./identifiers.ts";
export type { GuardedConnection } from "./run-database/connection.ts";
export { DATABASE_FILE, RunDatabase } from "./run-database/run-database.ts";
export type { TableShape } from "./run-database/run-database.ts";
export type { DatabaseSettings, ReachableFiles } from "./run-database/settings.ts";
export { StepTables } from "./run-database/step-tables.ts";
export { Semaphore } from "./semaphore.ts";
export { openSqlParser } from "./sql-parser.ts";
export type { ParsedSql, SqlParser } from "./sql-parser.ts";

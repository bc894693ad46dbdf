import { StatementType } from "@duckdb/node-api";
import { OsirisError } from "../errors.ts";

/**
 * Statements that change the database for every step, or run another one unseen. DuckDB's own wall lets some of them
 * through: databases in memory, checkpoints, logging. What it calls a SELECT may do some of it all the same (ADR 4).
 */
const REFUSED: ReadonlyMap<StatementType, string> = new Map([
  [StatementType.ATTACH, "ATTACH"],
  [StatementType.CALL, "CALL or CHECKPOINT"],
  [StatementType.COPY_DATABASE, "COPY FROM DATABASE"],
  [StatementType.DETACH, "DETACH"],
  [StatementType.EXECUTE, "EXECUTE"],
  [StatementType.EXPORT, "EXPORT DATABASE"],
  [StatementType.LOAD, "INSTALL or LOAD"],
  [StatementType.PRAGMA, "PRAGMA"],
  [StatementType.PREPARE, "PREPARE"],
  [StatementType.SET, "SET, RESET or USE"],
  [StatementType.UPDATE_EXTENSIONS, "UPDATE EXTENSIONS"],
]);

/** @throws OsirisError `sql.refused_statement` for a statement that no step may run */
export function assertStepStatement(type: StatementType): void {
  const name = REFUSED.get(type);
  if (name === undefined) return;
  throw new OsirisError({
    code: "sql.refused_statement",
    category: "usage",
    message: `A step cannot run ${name}: it would reach beyond the step's own tables and files`,
  });
}

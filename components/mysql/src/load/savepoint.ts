import { OsirisError } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { quoteTable, type TableName } from "../names.ts";

const NAME = "osiris_load";

/** Marks a place in the transaction; the one before is forgotten. */
export async function setSavepoint(session: Session): Promise<void> {
  await session.run(`SAVEPOINT ${NAME}`);
}

/**
 * Undoes what came after the savepoint.
 * @throws OsirisError `mysql.not_undone` when the table's engine cannot
 */
export async function rollBackTo(session: Session, table: TableName): Promise<void> {
  const { warnings } = await session.run(`ROLLBACK TO SAVEPOINT ${NAME}`);
  if (warnings === 0) return;
  throw new OsirisError({
    code: "mysql.not_undone",
    category: "data",
    message: `${quoteTable(table)}: a row was refused, and rows before it are in the table, as its engine has no transactions`,
    hint: "Take out the rows that were written, and correct the one that was refused; or change the table's engine to InnoDB.",
  });
}

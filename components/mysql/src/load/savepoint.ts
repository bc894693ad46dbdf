import { OsirisError } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { quoteTable } from "../names.ts";
import type { Load } from "./load-rows.ts";

const NAME = "osiris_load";

/** Marks a place in the transaction; the one before is forgotten. */
export async function setSavepoint(session: Session): Promise<void> {
  await session.run(`SAVEPOINT ${NAME}`);
}

/**
 * Undoes what came after the savepoint.
 * @throws OsirisError `mysql.not_undone` when the table's engine cannot
 */
export async function rollBackTo(session: Session, { target, shownTarget }: Load): Promise<void> {
  const { warnings } = await session.run(`ROLLBACK TO SAVEPOINT ${NAME}`);
  if (warnings === 0) return;
  throw new OsirisError({
    code: "mysql.not_undone",
    category: "data",
    message: `${quoteTable(shownTarget ?? target)}: a row was refused, and those sent with it cannot be taken back, as its engine has no transactions`,
    hint: "Correct the row in a SQL step before this one, or change the table's engine to InnoDB.",
  });
}

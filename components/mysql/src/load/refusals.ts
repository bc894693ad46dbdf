import { OsirisError, type DriverContext } from "@osiris/core";
import { serverErrno } from "../errors.ts";
import { quoteTable } from "../names.ts";
import type { Load } from "./load-rows.ts";
import type { RowSql } from "./row-sql.ts";
import type { Refused } from "./text-query.ts";

/** Errors that one row is to blame for: without it, the others can be written. */
const OF_A_ROW: ReadonlySet<number> = new Set([
  1022, 1048, 1062, 1136, 1153, 1169, 1216, 1261, 1262, 1263, 1264, 1265, 1292, 1301, 1366, 1367, 1406, 1411,
  1416, 1425, 1441, 1452, 1525, 1526, 1557, 1586, 1644, 1690, 1748, 1761, 1762, 1859, 3037, 3140, 3141, 3146,
  3156, 3516, 3616, 3617, 3643, 3730, 3732, 3733, 3751, 3819, 4025, 4038, 4078,
]);

/** undefined: the error is not about a row. */
export function refusedBy(error: unknown): Refused | undefined {
  const errno = serverErrno(error);
  if (errno === undefined || !OF_A_ROW.has(errno)) return undefined;
  const { cause } = error as Error;
  return { errno, message: (cause as Error).message };
}

/** The row of a statement that a warning or an error is about, from 0; undefined where the server does not say. */
export function rowOf({ message }: Refused): number | undefined {
  const row = /at row (?<row>\d+)$/.exec(message)?.groups?.["row"];
  return row === undefined || row === "0" ? undefined : Number(row) - 1;
}

/** The error for a row, counted from 0. It names the row by its key, and says what the server or the check has against it. */
export async function refusedRow(
  ctx: DriverContext,
  load: Load,
  sql: RowSql,
  row: number,
  refused?: Refused,
): Promise<OsirisError> {
  const { rows } = await ctx.query(sql.about(row));
  const [about] = rows as readonly { readonly key: string; readonly refusal: string | null }[];
  const which = `row ${row + 1}${about?.key ? ` (${about.key})` : ""}`;
  const reason = reasonOf(refused, load) ?? about?.refusal;
  return new OsirisError({
    code: "mysql.row_refused",
    category: "data",
    message: `${quoteTable(load.shownTarget ?? load.target)} does not take ${which} as it is: ${reason}`,
    hint: "Correct the row in a SQL step before this one, or set on_row_error: reject to write the others.",
  });
}

/** What the server says, without the row's place in a statement and the name of a table that users have not written. */
export function reasonOf(refused: Refused | undefined, load?: Load): string | undefined {
  const said = refused?.message.replace(/ at row \d+$/, "");
  if (load?.shownTarget === undefined) return said;
  return said?.replaceAll(quoteTable(load.target), quoteTable(load.shownTarget));
}

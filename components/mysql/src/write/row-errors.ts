import { serverErrno } from "./transaction.ts";

/** Errors that one row has caused: without it, the others could be written. */
const ROW_ERRORS: ReadonlySet<number> = new Set([
  1048, // NULL in a column that cannot hold it
  1062, // a unique key
  1169, // a unique key of another engine
  1216, // a foreign key, from here
  1217, // a foreign key, to here
  1264, // out of range
  1265, // cut
  1292, // not of the type
  1364, // no default
  1366, // not of the type
  1406, // too long
  1411, // not of the type
  1451, // a foreign key, to here
  1452, // a foreign key, from here
  1526, // no partition
  1557, // a unique key of a table that a foreign key changes
  1586, // a unique key
  1644, // a trigger said so
  1690, // out of range
  1748, // no partition that was named
  3140, // no JSON
  3819, // a check, in MySQL
  4025, // a check, in MariaDB
]);

/** Whether the server refused a row, and not the statement. */
export function isRowError(error: unknown): boolean {
  return ROW_ERRORS.has(serverErrno(error) ?? 0);
}

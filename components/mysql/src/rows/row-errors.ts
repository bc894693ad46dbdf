import { OsirisError } from "@osiris/core";
import type { SourceColumn } from "../types/source-column.ts";

/** A row that is not what the server has said of its columns. */
export function malformedRow(row: number, cause: unknown): OsirisError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OsirisError({
    code: "mysql.malformed_row",
    category: "external",
    message: `Row ${row} of the result does not fit its columns: ${reason}`,
    hint: "What stands between here and the server may have changed it. If it happens again, decoder: mysql2 reads the rows in another way; please report it.",
    cause,
  });
}

export function zeroDate(column: SourceColumn, row: number): OsirisError {
  return new OsirisError({
    code: "mysql.zero_date",
    category: "data",
    message: `The column "${column.name}" has a date that no calendar has, in row ${row} of the result`,
    hint: "zero_dates: null makes NULL of such dates and counts them; zero_dates: text reads all dates as text, as they are.",
  });
}

/** Text that the server has not converted, or that is broken where it is stored. */
export function notUtf8(column: SourceColumn, row: number, cause: unknown): OsirisError {
  return new OsirisError({
    code: "mysql.text_not_utf8",
    category: "data",
    message: `The column "${column.name}" has text that is not UTF-8, in row ${row} of the result`,
    hint: "With charset: utf8mb4 the server converts text from the column's own charset; what is broken where it is stored can be read as bytes: CAST(column AS BINARY).",
    cause,
  });
}

/** A statement that was prepared has other columns when it is executed. */
export function columnsChanged(before: readonly SourceColumn[], now: readonly SourceColumn[]): OsirisError {
  const told = (columns: readonly SourceColumn[]): string =>
    columns.map(({ sourceName, sourceType }) => `${sourceName} ${sourceType}`).join(", ");
  const changed = before.findIndex((column, at) => !isSameColumn(column, now[at]));
  const difference =
    before.length === now.length && changed !== -1
      ? `${told(before.slice(changed, changed + 1))} has become ${told(now.slice(changed, changed + 1))}`
      : `there were ${before.length} columns, and now there are ${now.length}`;
  return new OsirisError({
    code: "mysql.columns_changed",
    category: "external",
    message: `The columns of the result have changed since the statement was prepared: ${difference}`,
    hint: "Somebody has altered a table meanwhile. Run it again.",
    retryable: true,
  });
}

/** Whether values of both are decoded alike, into the same column. */
export function isSameColumn(one: SourceColumn, other: SourceColumn | undefined): boolean {
  return (
    other !== undefined &&
    one.sourceName === other.sourceName &&
    one.type === other.type &&
    one.format === other.format &&
    (one.format !== "datetime_text" || one.decimals === other.decimals)
  );
}

export function noColumns(): OsirisError {
  return new OsirisError({
    code: "mysql.no_rows_to_read",
    category: "usage",
    message: "The statement gives no rows",
    hint: "query has to be one SELECT.",
  });
}

/** mysql2 does not hand over its packets as this version is known to do. */
export function hookMissing(what: string): OsirisError {
  return new OsirisError({
    code: "mysql.client_unsupported",
    category: "internal",
    message: `This version of mysql2 does not hand over rows as they come: ${what}`,
    hint: "Install the version of mysql2 that the package names, or set decoder: mysql2.",
  });
}

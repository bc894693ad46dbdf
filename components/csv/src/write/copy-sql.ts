import { quoteIdentifier, quoteLiteral, type Column, type InputTable } from "@osiris/core";
import { sortKey, type Compression, type CsvWriterConfig, type SortKey } from "./config.ts";

/** The statement that writes a table to a file, in UTF-8. The same table gives the same bytes. */
export function copySql(
  table: InputTable,
  config: CsvWriterConfig,
  file: string,
  compression: Compression,
): string {
  const names = config.columns ?? table.columns.map(({ name }) => name);
  return `COPY (SELECT ${names.map(quoteIdentifier).join(", ")} FROM main.${quoteIdentifier(table.table)}${order(config)})
    TO ${quoteLiteral(file)} (FORMAT csv, HEADER ${config.header}, DELIMITER ${quoteLiteral(config.delimiter)},
    QUOTE '"', ESCAPE '"', NULLSTR '', NEW_LINE '${config.newline === "crlf" ? "\\r\\n" : "\\n"}',
    COMPRESSION ${compression}${forceQuote(config, table.columns)})`;
}

/** The row's place in the table decides between equal rows. */
function order({ order_by }: CsvWriterConfig): string {
  if (order_by === undefined) return "";
  return ` ORDER BY ${[...order_by.map(sortTerm), "rowid"].join(", ")}`;
}

function sortTerm(key: SortKey): string {
  const { column, direction, nulls } = sortKey(key);
  return `${quoteIdentifier(column)} ${direction.toUpperCase()} NULLS ${nulls.toUpperCase()}`;
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BIGNUM)$/;

function forceQuote({ quoting, columns: written }: CsvWriterConfig, columns: readonly Column[]): string {
  if (quoting === "minimal") return "";
  const isWritten = new Set(written ?? columns.map(({ name }) => name));
  const quoted = columns.filter(
    ({ name, type }) => isWritten.has(name) && (quoting === "all" || !NUMBER.test(type)),
  );
  return quoted.length === 0
    ? ""
    : `, FORCE_QUOTE (${quoted.map(({ name }) => quoteIdentifier(name)).join(", ")})`;
}

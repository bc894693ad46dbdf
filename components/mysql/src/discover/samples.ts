import type { JsonValue } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { quoteName, quoteTable } from "../names.ts";
import type { SourceColumn } from "../types/source-column.ts";
import type { WireFormat } from "../types/wire-types.ts";
import type { CatalogTable } from "./catalog.ts";

/** Of a text, so many characters; of bytes, so many. */
const LONGEST = 200;

/** Reads the first rows of a table, in the order of its primary key: numbers that JSON holds exactly, text for all else. */
export async function readSamples(
  session: Session,
  table: CatalogTable,
  columns: readonly SourceColumn[],
  count: number,
): Promise<readonly Readonly<Record<string, JsonValue>>[]> {
  // By number: no name of a column is in the way of another's.
  const expressions = columns.map((column, at) => `${sampleExpression(column)} AS c${at}`);
  const key = table.columns
    .filter((column) => column.primaryKey !== undefined)
    .toSorted((a, b) => (a.primaryKey ?? 0) - (b.primaryKey ?? 0));
  const order = key.length === 0 ? "" : ` ORDER BY ${key.map(({ name }) => quoteName(name)).join(", ")}`;
  const from = quoteTable({ schema: table.schema, table: table.name });
  const rows = await session.query(`SELECT ${expressions.join(", ")} FROM ${from}${order} LIMIT ?`, [count]);
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, at) => [column.name, jsonOf(row[`c${at}`] ?? null, column)])),
  );
}

/** Makes a session's statements end after two seconds: a view may have to compute for ever before its first row. */
export async function limitStatements(session: Session): Promise<void> {
  const { product } = session.server;
  await session.run(
    product === "MariaDB" ? "SET SESSION max_statement_time = 2" : "SET SESSION max_execution_time = 2000",
  );
}

/** Cut by the server, so that nothing large comes over the wire. */
const SAMPLE_SQL: Partial<Record<WireFormat, (name: string) => string>> = {
  text: (name) => `LEFT(CAST(${name} AS CHAR), ${LONGEST})`,
  blob: (name) => `HEX(LEFT(${name}, ${LONGEST / 2}))`,
  geometry: (name) => `LEFT(ST_AsText(${name}), ${LONGEST})`,
  bit: (name) => `CAST(${name} AS UNSIGNED)`,
  uuid: (name) => `CAST(${name} AS CHAR)`,
};

function sampleExpression({ sourceName, format }: SourceColumn): string {
  const name = quoteName(sourceName);
  return SAMPLE_SQL[format]?.(name) ?? name;
}

function jsonOf(text: string | null, { type }: SourceColumn): JsonValue {
  if (text === null || !/INT|FLOAT|DOUBLE/.test(type) || type === "INTERVAL") return text;
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

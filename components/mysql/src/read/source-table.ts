import { OsirisError } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { nearest } from "./nearest.ts";

/** A table or a view that is read, as the server's catalog describes it. */
export interface SourceTable {
  readonly schema: string;
  readonly name: string;
  readonly isView: boolean;
  /** undefined for a view. */
  readonly engine: string | undefined;
  /** Whether a transaction sees one snapshot of it. A view is taken at its tables' word. */
  readonly hasSnapshots: boolean;
  /** What the server estimates. */
  readonly rows: number | undefined;
  readonly columns: readonly SourceTableColumn[];
  /** Columns of the primary key, in its order; none where it has parts of columns, which sort nothing. */
  readonly primaryKey: readonly SourceTableColumn[];
}

export interface SourceTableColumn {
  readonly name: string;
  /** As the catalog spells it: `bigint(20) unsigned`. */
  readonly type: string;
  /** Whether `SELECT *` leaves it out. */
  readonly isInvisible: boolean;
}

/** @throws OsirisError `mysql.table_not_found`, `mysql.column_not_found`: with the name that may have been meant */
export async function describeSource(session: Session, config: MysqlExtractorConfig): Promise<SourceTable> {
  const schema = config.schema ?? config.database ?? "";
  const wanted = config.table ?? "";
  const found = await session.query(TABLE, [schema, wanted]);
  // The catalog ignores the case of names even where two tables differ in nothing else.
  const about = found.find(({ name }) => name === wanted) ?? found[0];
  if (about === undefined) throw await tableNotFound(session, schema, wanted);
  const name = about["name"] ?? wanted;
  const columns = (await session.query(COLUMNS, [schema, name])).map(columnOf);
  const table = {
    schema,
    name,
    isView: /VIEW/i.test(about["type"] ?? ""),
    engine: about["engine"] ?? undefined,
    hasSnapshots: about["transactions"] !== "NO",
    rows: about["row_count"] == null ? undefined : Number(about["row_count"]),
    columns,
    primaryKey: await primaryKeyOf(session, schema, name, columns),
  };
  assertColumns(table, config);
  return table;
}

const TABLE = `SELECT t.table_name AS name, t.table_type AS type, t.engine AS engine, t.table_rows AS row_count,
  e.transactions AS transactions
  FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine
  WHERE t.table_schema = ? AND t.table_name = ?`;

const COLUMNS = `SELECT c.column_name AS name, c.column_type AS type, c.extra AS extra
  FROM information_schema.columns c
  WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position`;

const PRIMARY_KEY = `SELECT s.column_name AS name, s.sub_part AS part FROM information_schema.statistics s
  WHERE s.table_schema = ? AND s.table_name = ? AND s.index_name = 'PRIMARY' ORDER BY s.seq_in_index`;

const OTHER_TABLES = `SELECT t.table_name AS name FROM information_schema.tables t WHERE t.table_schema = ? LIMIT 10000`;

function columnOf(row: Readonly<Record<string, string | null>>): SourceTableColumn {
  const isInvisible = /\bINVISIBLE\b/i.test(row["extra"] ?? "");
  return { name: row["name"] ?? "", type: row["type"] ?? "", isInvisible };
}

async function primaryKeyOf(
  session: Session,
  schema: string,
  table: string,
  columns: readonly SourceTableColumn[],
): Promise<readonly SourceTableColumn[]> {
  const parts = await session.query(PRIMARY_KEY, [schema, table]);
  if (parts.some(({ part }) => part != null)) return [];
  const key = parts.map((part) => columns.find(({ name }) => name === part["name"]));
  return key.every((column) => column !== undefined) ? key : [];
}

async function tableNotFound(session: Session, schema: string, table: string): Promise<OsirisError> {
  const others = (await session.query(OTHER_TABLES, [schema])).map((row) => row["name"] ?? "");
  const near = nearest(table, others);
  const none = `The user sees no table in "${schema}": check the name of the database, and the user's rights.`;
  return new OsirisError({
    code: "mysql.table_not_found",
    category: "usage",
    message: `There is no table "${table}" in the database "${schema}" that the user can see`,
    hint:
      near !== undefined
        ? `Did you mean "${near}"?`
        : others.length === 0
          ? none
          : "osiris discover lists the tables of a connection.",
  });
}

/** Those that the config names: the server would tell of one only. */
function assertColumns(table: SourceTable, config: MysqlExtractorConfig): void {
  assertNames(config.columns ?? [], "columns", table);
  assertNames([config.partition?.column ?? []].flat(), "partition.column", table);
  assertNames([config.cursor?.column ?? [], ...(config.cursor?.key ?? [])].flat(), "cursor", table);
}

function assertNames(wanted: readonly string[], field: string, { schema, name, columns }: SourceTable): void {
  const names = columns.map((column) => column.name);
  const known = new Set(names.map((column) => column.toLowerCase()));
  const missing = wanted.find((column) => !known.has(column.toLowerCase()));
  if (missing === undefined) return;
  const near = nearest(missing, names);
  throw new OsirisError({
    code: "mysql.column_not_found",
    category: "usage",
    message: `"${schema}.${name}" has no column "${missing}" (${field})`,
    hint: near === undefined ? `Its columns are: ${names.join(", ")}.` : `Did you mean "${near}"?`,
  });
}

import type { Row, Session } from "../connection/session.ts";

/** A table or a view, as the server's catalog has it. */
export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly isView: boolean;
  /** What the server estimates; undefined for a view. */
  readonly rows: number | undefined;
  /** Of data and indexes. */
  readonly bytes: number | undefined;
  /** In their order; without those that SELECT * leaves out. None for a view that is broken. */
  readonly columns: readonly CatalogColumn[];
  /** The user has rights to columns of it, not to all that SELECT * may have. */
  readonly isInParts: boolean;
}

export interface CatalogColumn {
  readonly name: string;
  /** `bigint`, `enum`. */
  readonly dataType: string;
  /** `bigint(20) unsigned`, `enum('a','b')`. */
  readonly columnType: string;
  /** Of the whole value, in bytes. */
  readonly octets: number;
  readonly precision: number;
  /** Digits behind the point: of a number, and of a time's seconds. */
  readonly decimals: number;
  /** undefined: no text. */
  readonly charset: string | undefined;
  /** MariaDB's JSON, which is text that is checked. */
  readonly isJson: boolean;
  readonly isNullable: boolean;
  /** From 1. */
  readonly primaryKey: number | undefined;
  readonly comment: string;
  readonly mayBeRead: boolean;
}

export interface Catalog {
  readonly tables: readonly CatalogTable[];
  /** Why there may be more. */
  readonly incomplete?: string;
}

/** So that neither memory nor the time of an answer grows with the server. */
const MOST_TABLES = 5000;
const MOST_COLUMNS = 50_000;

/** All that the user may see in one database, or in all but the server's own. In one order, whatever the server's. */
export async function readCatalog(session: Session, schema: string | undefined): Promise<Catalog> {
  const where =
    schema === undefined ? "NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')" : "= ?";
  const values = schema === undefined ? [] : [schema];
  const ask = (sql: string): Promise<readonly Row[]> => session.query(sql.replace("{schema}", where), values);
  const tables = await ask(TABLES);
  const columns = await ask(COLUMNS);
  const facts: Facts = {
    columns: Map.groupBy(columns.filter(isVisible), tableKey),
    keys: new Map((await ask(PRIMARY_KEYS)).map((row) => [columnKey(row), Number(row["number"])])),
    json: new Set(session.server.product === "MariaDB" ? (await ask(JSON_CHECKS)).map(columnKey) : []),
    parts: new Set((await ask(COLUMN_RIGHTS)).map(tableKey)),
  };
  // The table that the limit fell on may have more columns.
  const cut = columns.length > MOST_COLUMNS ? tableKey(columns.at(-1) ?? {}) : undefined;
  const last = cut === undefined ? MOST_TABLES : tables.findIndex((row) => tableKey(row) === cut);
  const described = tables.slice(0, last).map((row) => tableOf(row, facts));
  if (described.length === tables.length) return { tables: described };
  return {
    tables: described,
    incomplete: `only the first ${described.length} tables are shown, because there are more than ${MOST_TABLES} tables or ${MOST_COLUMNS} columns`,
  };
}

interface Facts {
  readonly columns: ReadonlyMap<string, readonly Row[]>;
  /** Places in primary keys. */
  readonly keys: ReadonlyMap<string, number>;
  readonly json: ReadonlySet<string>;
  /** Tables of which the user has rights to columns. */
  readonly parts: ReadonlySet<string>;
}

// All columns have names of their own: MySQL would give them in capitals, MariaDB as they are asked for.
const TABLES = `SELECT t.table_schema AS s, t.table_name AS t, t.table_type AS type, t.table_rows AS row_count,
  t.data_length + t.index_length AS size
  FROM information_schema.tables t
  WHERE t.table_schema {schema} AND t.table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
  ORDER BY s, t LIMIT ${MOST_TABLES + 1}`;

const COLUMNS = `SELECT c.table_schema AS s, c.table_name AS t, c.column_name AS c, c.data_type AS data_type,
  c.column_type AS column_type, c.character_octet_length AS octets, c.numeric_precision AS digits,
  COALESCE(c.numeric_scale, c.datetime_precision) AS decimals, c.character_set_name AS charset, c.is_nullable AS nullable,
  c.column_comment AS comment, c.extra AS extra, c.privileges AS rights
  FROM information_schema.columns c WHERE c.table_schema {schema}
  ORDER BY s, t, c.ordinal_position LIMIT ${MOST_COLUMNS + 1}`;

const PRIMARY_KEYS = `SELECT k.table_schema AS s, k.table_name AS t, k.column_name AS c, k.seq_in_index AS number
  FROM information_schema.statistics k WHERE k.table_schema {schema} AND k.index_name = 'PRIMARY'
  ORDER BY s, t LIMIT ${MOST_COLUMNS}`;

const JSON_CHECKS = `SELECT j.constraint_schema AS s, j.table_name AS t, j.constraint_name AS c
  FROM information_schema.check_constraints j
  WHERE j.constraint_schema {schema} AND j.check_clause = CONCAT('json_valid(\`', j.constraint_name, '\`)')`;

// An account's host has no @ in it; a user may.
const COLUMN_RIGHTS = `SELECT DISTINCT p.table_schema AS s, p.table_name AS t
  FROM information_schema.column_privileges p
  WHERE p.table_schema {schema} AND p.privilege_type = 'SELECT' AND p.grantee = CONCAT(
    '\\'', LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)) - 1),
    '\\'@\\'', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '\\'')`;

function tableOf(row: Row, facts: Facts): CatalogTable {
  const isView = row["type"] === "VIEW";
  const key = tableKey(row);
  return {
    schema: row["s"] ?? "",
    name: row["t"] ?? "",
    isView,
    rows: isView ? undefined : number(row["row_count"]),
    bytes: isView ? undefined : number(row["size"]),
    columns: (facts.columns.get(key) ?? []).map((column) => columnOf(column, facts)),
    isInParts: facts.parts.has(key),
  };
}

function columnOf(row: Row, { keys, json }: Facts): CatalogColumn {
  return {
    name: row["c"] ?? "",
    dataType: (row["data_type"] ?? "").toLowerCase(),
    columnType: row["column_type"] ?? "",
    octets: number(row["octets"]) ?? 0,
    precision: number(row["digits"]) ?? 0,
    decimals: number(row["decimals"]) ?? 0,
    charset: row["charset"] ?? undefined,
    isJson: json.has(columnKey(row)),
    isNullable: row["nullable"] === "YES",
    primaryKey: keys.get(columnKey(row)),
    comment: row["comment"] ?? "",
    mayBeRead: /\bselect\b/i.test(row["rights"] ?? ""),
  };
}

function isVisible(row: Row): boolean {
  return !/\bINVISIBLE\b/i.test(row["extra"] ?? "");
}

/** Names hold any character but the one between them. */
function columnKey(row: Row): string {
  return `${tableKey(row)}\0${row["c"]}`;
}

function tableKey(row: Row): string {
  return `${row["s"]}\0${row["t"]}`;
}

function number(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Number(text);
}

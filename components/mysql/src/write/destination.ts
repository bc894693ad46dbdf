import { OsirisError, type Column } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { valueSql } from "../load/value-sql.ts";
import { quoteName, quoteTable, tableOf, type TableName } from "../names.ts";
import { mysqlTypeFor } from "../types/type-map.ts";
import { addColumnsSql, DELETED_TYPE } from "./add-columns.ts";
import { bindColumns, foldName, listNames } from "./bind-columns.ts";
import { refuseCascades } from "./cascades.ts";
import { createTableSql } from "./create-table.ts";
import { swapObstacles, swapRefused } from "./swap-obstacles.ts";
import { describeTable, type TargetTable } from "./target-table.ts";

/** Where the rows go and how: decided by looking, before anything is changed. */
export interface Destination {
  readonly name: Required<TableName>;
  /** The table that is there; undefined: it is to be made. */
  readonly table: TargetTable | undefined;
  readonly method: "append" | "upsert" | "swap" | "delete_insert";
  /** Columns that the table lacks and gets, with their types in MySQL. */
  readonly added: readonly AddedColumn[];
  /** The statement that makes the table under a name of its own; undefined when the columns are not known. */
  readonly createSql: ((name: TableName) => string) | undefined;
}

export interface AddedColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * @param columns of the rows; undefined when they are not known: what depends on them is not looked at
 * @throws OsirisError when the config, the rows and the table do not go together
 */
export async function findDestination(
  session: Session,
  config: MysqlWriterConfig,
  columns: readonly Column[] | undefined,
): Promise<Destination> {
  const table = await describeTable(session, tableOf(config));
  const method = config.mode === "replace" ? (config.replace_method ?? "swap") : config.mode;
  if (columns !== undefined) checkNamedColumns(config, columns);
  if (table === undefined) return newTable(session, config, method, columns);
  if (table.kind === "VIEW") throw isView(table);
  if (method === "swap") await refuseSwap(session, table);
  if (method === "delete_insert" && !table.transactional) throw notTransactional(table);
  if (method === "delete_insert") await refuseCascades(session, table, displayName(table.name));
  if (method === "upsert") checkUniqueKey(config, table);
  const added = [
    ...(columns === undefined ? [] : columnsToAdd(session, config, table, columns)),
    ...deletedColumnToAdd(config, table),
  ];
  return { name: table.name, table, method, added, createSql: undefined };
}

export function displayName({ schema, table }: TableName): string {
  return schema === undefined ? table : `${schema}.${table}`;
}

async function newTable(
  session: Session,
  config: MysqlWriterConfig,
  method: Destination["method"],
  columns: readonly Column[] | undefined,
): Promise<Destination> {
  const schema = config.schema ?? (await currentSchema(session));
  const name = { schema, table: config.table };
  if (!config.create_table) throw noTable(name);
  if (columns === undefined) return { name, table: undefined, method, added: [], createSql: undefined };
  const { product } = session.server;
  const createSql = (as: TableName): string => createTableSql(as, columns, config.primary_key ?? [], product);
  const added = config.delete_missing === "soft" ? [deletedColumn(config)] : [];
  return { name, table: undefined, method, added, createSql };
}

async function currentSchema(session: Session): Promise<string> {
  const [row] = await session.query("SELECT DATABASE() AS name");
  const name = row?.["name"] ?? null;
  if (name !== null) return name;
  throw new OsirisError({
    code: "mysql.no_database",
    category: "usage",
    message: "No database is named that the table belongs to",
    hint: "Set database in the connection, or schema in the step.",
  });
}

/** Names of the config that have to be columns of the rows. */
function checkNamedColumns(config: MysqlWriterConfig, columns: readonly Column[]): void {
  const names = new Set(columns.map(({ name }) => foldName(name)));
  for (const field of ["primary_key", "order_by"] as const) {
    const unknown = (config[field] ?? []).filter((name) => !names.has(foldName(name)));
    if (unknown.length === 0) continue;
    throw new OsirisError({
      code: "mysql.column_not_found",
      category: "usage",
      message: `${field} names ${listNames(unknown)}, which the rows do not have`,
      hint: `They have ${listNames(columns.map(({ name }) => name))}.`,
    });
  }
  if (config.delete_missing === "soft" && names.has(foldName(config.deleted_column))) {
    throw new OsirisError({
      code: "mysql.deleted_column_clash",
      category: "usage",
      message: `The rows have a column ${config.deleted_column}, in which delete_missing: soft marks what is gone`,
      hint: "Leave it out of the rows, or name another deleted_column.",
    });
  }
}

function checkUniqueKey(config: MysqlWriterConfig, table: TargetTable): void {
  const wanted = new Set((config.primary_key ?? []).map(foldName));
  const matches = table.uniqueKeys.some(
    (key) => key.length === wanted.size && key.every((name) => wanted.has(foldName(name))),
  );
  if (matches) return;
  const names = (config.primary_key ?? []).map(quoteName).join(", ");
  throw new OsirisError({
    code: "mysql.no_unique_key",
    category: "usage",
    message: `${displayName(table.name)} has no unique key of exactly ${listNames(config.primary_key ?? [])}: an upsert could not tell its rows apart`,
    hint: `Make one: ALTER TABLE ${quoteTable(table.name)} ADD UNIQUE KEY (${names})`,
  });
}

function columnsToAdd(
  session: Session,
  config: MysqlWriterConfig,
  table: TargetTable,
  columns: readonly Column[],
): readonly AddedColumn[] {
  const { columns: bound, unknown } = bindColumns(columns, table.columns, displayName(table.name));
  for (const column of bound) valueSql(column);
  if (unknown.length === 0) return [];
  const added = unknown.map((column) => ({
    name: column.name,
    type: mysqlTypeFor(column, { key: false, product: session.server.product }),
  }));
  if (config.on_schema_change === "add_columns") return added;
  throw new OsirisError({
    code: "mysql.new_columns",
    category: "usage",
    message: `${displayName(table.name)} has no ${listNames(unknown.map(({ name }) => name))}`,
    hint: `Leave them out of the rows, set on_schema_change: add_columns, or run: ${addColumnsSql(table.name, added)}`,
  });
}

function deletedColumnToAdd(config: MysqlWriterConfig, table: TargetTable): readonly AddedColumn[] {
  if (config.delete_missing !== "soft") return [];
  const found = table.columns.find(({ name }) => foldName(name) === foldName(config.deleted_column));
  const added = deletedColumn(config);
  if (found === undefined) {
    if (config.on_schema_change === "add_columns") return [added];
    throw new OsirisError({
      code: "mysql.no_deleted_column",
      category: "usage",
      message: `${displayName(table.name)} has no column ${config.deleted_column}, in which delete_missing: soft marks what is gone`,
      hint: `Set on_schema_change: add_columns, or run: ${addColumnsSql(table.name, [added])}`,
    });
  }
  if (/^(datetime|timestamp)/i.test(found.type) && found.nullable && !found.generated) return [];
  throw new OsirisError({
    code: "mysql.deleted_column_type",
    category: "usage",
    message: `${displayName(table.name)}.${found.name} cannot take the time at which a row was missed: it is ${found.type}${found.nullable ? "" : " NOT NULL"}`,
    hint: `It has to be ${DELETED_TYPE} NULL, or TIMESTAMP NULL. Name another deleted_column.`,
  });
}

function deletedColumn(config: MysqlWriterConfig): AddedColumn {
  return { name: config.deleted_column, type: DELETED_TYPE };
}

async function refuseSwap(session: Session, table: TargetTable): Promise<void> {
  const obstacles = await swapObstacles(session, table);
  if (obstacles.length > 0) throw swapRefused(displayName(table.name), obstacles);
}

export function noTable(name: TableName): OsirisError {
  return new OsirisError({
    code: "mysql.table_not_found",
    category: "usage",
    message: `There is no table ${displayName(name)}, or the user has no rights in it`,
    hint: "Check its name, or set create_table: true.",
  });
}

function isView(table: TargetTable): OsirisError {
  return new OsirisError({
    code: "mysql.view",
    category: "usage",
    message: `${displayName(table.name)} is a view`,
    hint: "Write to the table that it shows.",
  });
}

function notTransactional(table: TargetTable): OsirisError {
  return new OsirisError({
    code: "mysql.not_transactional",
    category: "usage",
    message: `${displayName(table.name)} is kept by ${table.engine}, which has no transactions: a failure would leave it empty`,
    hint: "Leave replace_method at swap, or move the table: ALTER TABLE … ENGINE=InnoDB.",
  });
}

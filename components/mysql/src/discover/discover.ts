import {
  uniqueColumnNames,
  type Discovery,
  type DiscoverRequest,
  type Resource,
  type ResourceColumn,
} from "@osiris/core";
import type { MysqlConnection } from "../config.ts";
import { openSession, type Session } from "../connection/session.ts";
import { mysqlError } from "../errors.ts";
import { quoteTable } from "../names.ts";
import { prepareRows } from "../rows/read-rows.ts";
import { sourceColumn, type SourceColumn, type TypeSettings } from "../types/source-column.ts";
import { definitionOf } from "./catalog-type.ts";
import { readCatalog, type CatalogColumn, type CatalogTable } from "./catalog.ts";
import { connectionOf } from "./connection.ts";
import { Sampling } from "./samples.ts";

/** Those of a step that says nothing else. */
const TYPES: TypeSettings = { zeroDates: "null", tinyint1: "integer" };

/** The tables and views that the user may see, in the connection's database, or in all of them but the server's own. */
export async function discoverTables({
  connection,
  samples,
  signal,
}: DiscoverRequest<MysqlConnection>): Promise<Discovery> {
  const config = connectionOf(connection);
  await using session = await openSession(config, { purpose: "read", signal });
  const schema = config.schema ?? config.database;
  const catalog = await readCatalog(session, schema);
  const sampling = await Sampling.of(session, samples);
  const resources: Resource[] = [];
  for (const table of catalog.tables) {
    const { resource, columns } = await describe(session, table, schema);
    const rows = resource.problem === undefined ? await sampling.read(table, columns) : undefined;
    resources.push({ ...resource, ...(rows === undefined ? {} : { samples: rows }) });
  }
  const incomplete = [catalog.incomplete, sampling.incomplete]
    .filter((reason) => reason !== undefined)
    .join("; ");
  return { resources, ...(incomplete === "" ? {} : { incomplete }) };
}

interface Described {
  readonly resource: Resource;
  readonly columns: readonly SourceColumn[];
}

async function describe(session: Session, table: CatalogTable, only: string | undefined): Promise<Described> {
  const readable = table.columns.filter((column) => column.mayBeRead);
  const isWhole = readable.length === table.columns.length && !table.isInParts;
  const view = table.isView && isWhole ? await viewColumns(session, table) : undefined;
  const columns = typeof view === "object" ? view : columnsOf(table.columns);
  const problem = typeof view === "string" ? view : readable.length === 0 ? NOT_READABLE : undefined;
  const resource: Resource = {
    name: only === undefined ? `${table.schema}.${table.name}` : table.name,
    kind: table.isView ? "view" : "table",
    ...(table.rows === undefined ? {} : { rows: { count: table.rows, exact: false } }),
    ...(table.bytes === undefined ? {} : { bytes: table.bytes }),
    columns: columns.map((column, at) => resourceColumn(column, table.columns[at])),
    config: {
      ...(only === undefined ? { schema: table.schema } : {}),
      table: table.name,
      ...(isWhole || readable.length === 0 ? {} : { columns: readable.map(({ name }) => name) }),
    },
    ...(problem === undefined ? {} : { problem }),
  };
  return { resource, columns: isWhole ? columns : columns.filter((_, at) => table.columns[at]?.mayBeRead) };
}

const NOT_READABLE = "the user has no right to read it (SELECT)";

function columnsOf(columns: readonly CatalogColumn[]): readonly SourceColumn[] {
  const names = uniqueColumnNames(columns.map(({ name }) => name));
  return columns.map((column, at) =>
    sourceColumn(definitionOf(column), { source: column.name, table: names[at] ?? "" }, TYPES),
  );
}

/** The catalog lacks what MariaDB checks of a view's columns, and what is wrong with a view: the server is asked as for a read. */
async function viewColumns(
  session: Session,
  { schema, name }: CatalogTable,
): Promise<readonly SourceColumn[] | string> {
  try {
    const sql = `SELECT * FROM ${quoteTable({ schema, table: name })}`;
    const prepared = await prepareRows(session, { sql }, { decoder: "binary", types: TYPES });
    await prepared.close();
    return prepared.columns;
  } catch (error) {
    if (session.ended.aborted) throw error;
    return mysqlError(error, "It cannot be read").message;
  }
}

function resourceColumn(column: SourceColumn, catalog: CatalogColumn | undefined): ResourceColumn {
  return {
    name: column.name,
    type: column.type,
    sourceType: catalog?.columnType ?? column.sourceType,
    ...(catalog === undefined ? {} : { nullable: catalog.isNullable }),
    ...(catalog?.primaryKey === undefined ? {} : { primaryKey: catalog.primaryKey }),
    ...(catalog === undefined || catalog.comment === "" ? {} : { description: catalog.comment }),
  };
}

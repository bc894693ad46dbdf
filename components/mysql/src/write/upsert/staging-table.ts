import { randomBytes } from "node:crypto";
import { OsirisError, type Column } from "@osiris/core";
import { serverErrno } from "../../errors.ts";
import type { LoadColumn } from "../../load/load-rows.ts";
import { quoteName, quoteTable, type TableName } from "../../names.ts";
import { displayName } from "../destination.ts";
import type { TargetColumn, TargetTable } from "../target-table.ts";
import type { Attempts } from "../transaction.ts";

/** The rows of an upsert on the server, in a table that only its session sees. */
export interface StagingTable {
  readonly name: TableName;
  /** The column with the number of each row, by which the input is asked for it. */
  readonly number: LoadColumn;
  /** What is written, the key among it. */
  readonly columns: readonly LoadColumn[];
  readonly key: readonly LoadColumn[];
}

/** ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_SPECIFIC_ACCESS_DENIED_ERROR */
const DENIED: ReadonlySet<number | undefined> = new Set([1044, 1045, 1142, 1227]);

export interface StagingOptions {
  readonly number: Column;
  readonly columns: readonly LoadColumn[];
  readonly key: readonly LoadColumn[];
  /** Whether rows are looked up by their key. */
  readonly indexed: boolean;
}

/** Makes the table: the columns of the target that are written, with its types and collations, so that keys are equal where it takes them for equal. */
export async function createStaging(
  { session }: Attempts,
  table: TargetTable,
  { number, columns, key, indexed }: StagingOptions,
): Promise<StagingTable> {
  const name = {
    schema: table.name.schema,
    table: `osiris_staging_${randomBytes(6).toString("hex")}`,
  };
  const numbered = { source: number, target: numberColumn(freeName(number.name, table)) };
  const lines = [
    `${quoteName(numbered.target.name)} BIGINT NOT NULL PRIMARY KEY`,
    ...columns.map(({ target }) => columnSql(target)),
    ...(indexed ? [`KEY (${key.map(({ target }) => quoteName(target.name)).join(", ")})`] : []),
  ];
  try {
    await session.run(`CREATE TEMPORARY TABLE ${quoteTable(name)} (${lines.join(", ")}) ENGINE=InnoDB`);
  } catch (error) {
    throw DENIED.has(serverErrno(error)) ? noTemporaryTables(table.name, error) : error;
  }
  return { name, number: numbered, columns, key };
}

function columnSql({ name, type, collation, nullable }: TargetColumn): string {
  const collate = collation === undefined ? "" : ` COLLATE ${collation}`;
  return `${quoteName(name)} ${type}${collate} ${nullable ? "NULL" : "NOT NULL"}`;
}

function numberColumn(name: string): TargetColumn {
  return { name, type: "bigint", srid: 0, nullable: false, hasDefault: false, generated: false };
}

function freeName(name: string, table: TargetTable): string {
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  let free = name;
  while (taken.has(free)) free += "_";
  return free;
}

function noTemporaryTables({ schema, table }: Required<TableName>, error: unknown): OsirisError {
  return new OsirisError({
    code: "mysql.no_temporary_tables",
    category: "external",
    message: `An upsert into ${displayName({ schema, table })} needs a temporary table, which the user may not make`,
    hint: `GRANT CREATE TEMPORARY TABLES ON ${quoteName(schema)}.* TO the user, or use mode append or replace.`,
    cause: error,
  });
}

import type { Row, Session } from "../connection/session.ts";
import { targetType } from "../load/target-type.ts";
import type { TableName } from "../names.ts";

/** A table of the server, as its catalog describes it. */
export interface TargetTable {
  /** With the schema, also where the step's config names none. */
  readonly name: Required<TableName>;
  /** As the catalog calls it: `BASE TABLE`, `VIEW`, `SYSTEM VERSIONED`. */
  readonly kind: string;
  /** `InnoDB`; empty for a view. */
  readonly engine: string;
  readonly columns: readonly TargetColumn[];
  /** Whether its engine has transactions. */
  readonly transactional: boolean;
  /** The columns of each unique key, the primary one among them; keys over a part of a value or an expression left out. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** What the server thinks: it may be far from true. */
  readonly estimatedRows: number;
}

export interface TargetColumn {
  readonly name: string;
  /** As the catalog spells it: `varchar(20)`, `bit(3)`, `datetime(6)`. */
  readonly type: string;
  /** For geometries, of the column or 0. */
  readonly srid: number;
  readonly nullable: boolean;
  /** Whether a row that says nothing of it gets a value other than NULL: a default, the next number. */
  readonly hasDefault: boolean;
  readonly generated: boolean;
  /** How its text is compared; absent where it is none. */
  readonly collation?: string;
}

const TABLE = `SELECT table_schema AS schema_name, table_name AS table_name, table_type AS kind, engine AS engine,
  table_rows AS estimated_rows FROM information_schema.tables
  WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?`;

const COLUMNS = `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS default_value,
  extra AS extra, generation_expression AS generated_as, collation_name AS collation
  FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`;

/** MySQL keeps the SRID with the column, MariaDB in the catalog of OpenGIS. */
const SRIDS = {
  MySQL: `SELECT column_name AS name, srs_id AS srid FROM information_schema.columns
    WHERE table_schema = ? AND table_name = ? AND srs_id IS NOT NULL`,
  MariaDB: `SELECT g_geometry_column AS name, srid AS srid FROM information_schema.geometry_columns
    WHERE g_table_schema = ? AND g_table_name = ?`,
} as const;

const UNIQUE_KEYS = `SELECT index_name AS key_name, column_name AS name, sub_part AS part FROM information_schema.statistics
  WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index`;

/** What the catalog says of a table or a view; undefined: there is none, or none that the user may see. */
export async function describeTable(session: Session, name: TableName): Promise<TargetTable | undefined> {
  const [table] = await session.query(TABLE, [name.schema ?? null, name.table]);
  if (table === undefined) return undefined;
  const place = [textOf(table, "schema_name"), textOf(table, "table_name")] as const;
  const engine = textOf(table, "engine");
  const columns = await session.query(COLUMNS, place);
  const srids = await sridsOf(session, place, columns);
  const [transactions] = await session.query(
    "SELECT transactions AS transactions FROM information_schema.engines WHERE engine = ?",
    [engine],
  );
  return {
    name: { schema: place[0], table: place[1] },
    kind: textOf(table, "kind"),
    engine,
    columns: columns.map((row) => targetColumn(row, srids)),
    transactional: transactions?.["transactions"] === "YES",
    uniqueKeys: uniqueKeys(await session.query(UNIQUE_KEYS, place)),
    estimatedRows: Number(table["estimated_rows"] ?? 0),
  };
}

function targetColumn(row: Row, srids: ReadonlyMap<string, number>): TargetColumn {
  const name = textOf(row, "name");
  const extra = textOf(row, "extra");
  const generatedAs = textOf(row, "generated_as");
  const collation = row["collation"] ?? undefined;
  return {
    name,
    type: textOf(row, "type"),
    srid: srids.get(name) ?? 0,
    nullable: row["nullable"] === "YES",
    // MariaDB spells the default of a column without one NULL.
    hasDefault: /auto_increment/i.test(extra) || !["NULL", null].includes(row["default_value"] ?? null),
    // MySQL marks a default that is an expression DEFAULT_GENERATED: that column can be written.
    generated: generatedAs !== "" || /(VIRTUAL|STORED|PERSISTENT) GENERATED/i.test(extra),
    ...(collation === undefined ? {} : { collation }),
  };
}

async function sridsOf(
  session: Session,
  place: readonly [string, string],
  columns: readonly Row[],
): Promise<ReadonlyMap<string, number>> {
  const hasGeometry = columns.some(({ type }) => targetType(type ?? "").family === "geometry");
  if (!hasGeometry) return new Map();
  const rows = await session.query(SRIDS[session.server.product], place);
  return new Map(rows.map((row) => [textOf(row, "name"), Number(row["srid"] ?? 0)]));
}

function uniqueKeys(rows: readonly Row[]): readonly (readonly string[])[] {
  const keys = Map.groupBy(rows, (row) => textOf(row, "key_name"));
  return [...keys.values()]
    .filter((parts) => parts.every(({ name, part }) => name !== null && part === null))
    .map((parts) => parts.map((part) => textOf(part, "name")));
}

function textOf(row: Row, column: string): string {
  return row[column] ?? "";
}

import type { Session } from "../connection/session.ts";
import type { TableName } from "../names.ts";

/** A table of the server, as its catalog describes it. */
export interface TargetTable {
  readonly name: TableName;
  readonly columns: readonly TargetColumn[];
  /** Whether its engine has transactions. */
  readonly transactional: boolean;
}

export interface TargetColumn {
  readonly name: string;
  /** As the catalog spells it: `varchar(20)`, `bit(3)`, `datetime(6)`. */
  readonly type: string;
  /** For geometries, of the column or 0. */
  readonly srid: number;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
}

/** Skeleton. undefined: there is none. */
export async function describeTable(session: Session, name: TableName): Promise<TargetTable | undefined> {
  const rows = await session.query(
    `SELECT column_name AS name, column_type AS type, is_nullable AS nullable FROM information_schema.columns
     WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? ORDER BY ordinal_position`,
    [name.schema ?? null, name.table],
  );
  if (rows.length === 0) return undefined;
  const columns = rows.map((row) => ({
    name: row["name"] ?? "",
    type: row["type"] ?? "",
    srid: 0,
    nullable: row["nullable"] === "YES",
    hasDefault: false,
    generated: false,
  }));
  return { name, columns, transactional: true };
}

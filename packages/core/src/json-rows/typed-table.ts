import type { Column, QueryResult } from "../contract.ts";
import { quoteIdentifier } from "../identifiers.ts";
import type { RunDatabase, Statement } from "../run-database/run-database.ts";
import { dropStatement } from "../run-database/staging.ts";
import type { JsonKey } from "./json-keys.ts";
import {
  jsonColumns,
  withFirst,
  type ExtraMembers,
  type JsonColumn,
  type KeyCounts,
  type KindCount,
} from "./json-schema.ts";
import type { JsonTableTarget } from "./json-table-writer.ts";
import {
  NAMES_SHOWN,
  noColumns,
  refuseChange,
  reportSchema,
  tooManyColumns,
  type Report,
} from "./schema-report.ts";
import type { StagedLayout } from "./staged-rows.ts";
import {
  digitsOf,
  extraMembers,
  isTyped,
  kindCounts,
  namesInExtra,
  stagedRows,
  typedValue,
} from "./staged-sql.ts";
import { dependsOnDigits, type Digits, type Kind } from "./widening.ts";

export interface StagedJson {
  readonly database: RunDatabase;
  readonly signal: AbortSignal | undefined;
  readonly target: JsonTableTarget;
  readonly layout: StagedLayout;
  readonly keys: readonly JsonKey[];
  /** Names of the first columns. */
  readonly first: readonly string[];
  readonly onTypeChange: "widen" | "fail";
  readonly report: Report;
  /** A checkpoint has the rows as they were staged: another attempt may go on with them. */
  readonly keepRows: boolean;
}

/** Counts what was staged, decides the types, and makes the typed table, all of it or nothing. Returns its columns. */
export async function makeTypedTable(staged: StagedJson): Promise<readonly Column[]> {
  const { database, target, layout, onTypeChange, report } = staged;
  const counts = await countKeys(staged);
  const extra = await countExtra(staged);
  if (extra !== undefined) await refuseNamesInExtra(staged);
  const columns = jsonColumns(withFirst(staged.first, counts), extra);
  if (columns.length === 0) throw noColumns(target.table);
  if (onTypeChange === "fail") refuseChange(target.table, columns);

  const inRest = [...counts].filter(([, { inRest }]) => inRest).map(([key]) => key);
  const complete =
    inRest.length === 0 &&
    columns.every(
      (column, index) =>
        column.key !== undefined && column.key === staged.keys[index] && isTyped(column.key, column),
    );
  if (complete && !staged.keepRows) await database.inTransaction(renaming(target, layout));
  else await copy(staged, columns, new Set(inRest));
  reportSchema(target.table, columns, extra, report);
  return columns.map(({ name, type }) => ({ name, type }));
}

/** Every row fitted: the staging table without what it has besides is the typed one. */
function renaming(
  { stagingTable }: JsonTableTarget,
  { table, rest, extra }: StagedLayout,
): readonly Statement[] {
  const alter = `ALTER TABLE main.${quoteIdentifier(table)}`;
  return [
    dropStatement(stagingTable),
    { sql: `${alter} DROP COLUMN ${quoteIdentifier(rest)}` },
    { sql: `${alter} DROP COLUMN ${quoteIdentifier(extra)}` },
    { sql: `${alter} RENAME TO ${quoteIdentifier(stagingTable)}` },
  ];
}

async function copy(
  staged: StagedJson,
  columns: readonly JsonColumn[],
  inRest: ReadonlySet<JsonKey>,
): Promise<void> {
  const { database, target, layout } = staged;
  const values = columns.map(({ key, name, type }) => {
    const value = key
      ? typedValue(layout, key, type, inRest.has(key))
      : `${quoteIdentifier(layout.extra)}::JSON`;
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const table = `main.${quoteIdentifier(target.stagingTable)}`;
  const rows = stagedRows(layout, [...inRest]);
  await query(staged, `CREATE OR REPLACE TABLE ${table} AS SELECT ${values.join(", ")} FROM ${rows}`);
  if (!staged.keepRows) await database.inTransaction([dropStatement(layout.table)]);
}

interface StagedCounts extends KeyCounts {
  /** Some of the values are in the rest column. */
  readonly inRest: boolean;
}

/** What each key's values are, over all staged rows. */
async function countKeys(staged: StagedJson): Promise<ReadonlyMap<JsonKey, StagedCounts>> {
  const { rows } = await query(staged, kindCounts(staged.layout, staged.keys));
  const rowsById = Map.groupBy(rows, (row) => row["id"]);
  const counts = new Map<JsonKey, StagedCounts>();
  for (const key of staged.keys) {
    const own = rowsById.get(key.id) ?? [];
    const kinds = own.map((row) => ({
      kind: row["kind"] as Kind,
      count: Number(row["n"]),
      firstRow: Number(row["first"]) + 1,
    }));
    const inRest = own.some((row) => row["in_rest"] === true);
    counts.set(key, { kinds, inRest, digits: await digitsNeeded(staged, key, kinds) });
  }
  return counts;
}

async function digitsNeeded(
  staged: StagedJson,
  key: JsonKey,
  kinds: readonly KindCount[],
): Promise<Digits | undefined> {
  if (!dependsOnDigits(kinds.map(({ kind }) => kind))) return undefined;
  const [row] = (await query(staged, digitsOf(staged.layout, key))).rows;
  return { whole: Number(row?.["whole"]), scale: Number(row?.["scale"]) };
}

async function countExtra(staged: StagedJson): Promise<ExtraMembers | undefined> {
  const [row] = (await query(staged, extraMembers(staged.layout, NAMES_SHOWN))).rows;
  const rows = Number(row?.["n"]);
  if (rows === 0) return undefined;
  return {
    rows,
    firstRow: Number(row?.["first"]) + 1,
    names: JSON.parse(row?.["names"] as string) as readonly string[],
  };
}

/** A column of theirs would be NULL although rows have values. */
async function refuseNamesInExtra(staged: StagedJson): Promise<void> {
  if (staged.first.length === 0) return;
  const names = JSON.stringify(staged.first);
  const { rows } = await staged.database.query(namesInExtra(staged.layout), [names], staged.signal);
  if (rows.length > 0)
    throw tooManyColumns(
      staged.target.table,
      rows.map((row) => row["name"] as string),
    );
}

function query({ database, signal }: StagedJson, sql: string): Promise<QueryResult> {
  return database.query(sql, undefined, signal);
}

import type { CellInput, Column } from "../contract.ts";
import { uniqueColumnNames } from "../column-names.ts";
import { OsirisError, isOsirisError } from "../errors.ts";
import { quoteIdentifier } from "../identifiers.ts";
import type { RunDatabase } from "../run-database/run-database.ts";
import { ColumnarTableWriter } from "../run-database/table-writer.ts";
import { declaredValue } from "./declared-value.ts";
import { cellText, JsonText, type JsonCell } from "./json-cell.ts";
import type { JsonKey, StagedType } from "./json-keys.ts";
import type { RowCells } from "./row-reader.ts";
import { isInteger, kindOf, type Kind } from "./widening.ts";

/** Columns for found keys. Each takes memory for a vector and a row group, used or not; the rest goes without. */
const MAX_STAGED_KEYS = 200;
/** Of a key whose values all go to the rest column. */
const NOWHERE = -1;
const INT64_MAX = 2n ** 63n - 1n;

/** How the staging table is laid out, besides the columns that the keys know. */
export interface StagedLayout {
  readonly table: string;
  /** JSON object by key id, each value a string: its {@link Kind}, then its text. NULL for none. */
  readonly rest: string;
  /** JSON object of the members whose keys have no column. NULL for none. */
  readonly extra: string;
  /** The name for the rest column's content as structs. */
  readonly restByKey: string;
}

/**
 * Rows on their way: the values of a key that fit its column there, everything else as text in two columns. Nothing is
 * held for a row once it is appended.
 */
export class StagedRows {
  readonly layout: StagedLayout;
  readonly #writer: ColumnarTableWriter;
  /** One row by column, used again and again; the rest and what is extra come last. */
  readonly #row: CellInput[];
  /** The column of each key that has one, by the key's id. */
  readonly #places: readonly number[];

  private constructor(layout: StagedLayout, keys: readonly JsonKey[], writer: ColumnarTableWriter) {
    this.layout = layout;
    this.#writer = writer;
    this.#row = writer.columns.map(() => null);
    let columns = 0;
    this.#places = keys.map(({ staged }) => (staged === undefined ? NOWHERE : columns++));
  }

  /** Chooses columns by the first rows, creates the table, and opens it. */
  static async create(
    database: RunDatabase,
    signal: AbortSignal | undefined,
    names: { readonly table: string; readonly stagingTable: string },
    keys: readonly JsonKey[],
    sample: readonly RowCells[],
  ): Promise<StagedRows> {
    const layout = chooseColumns(names.stagingTable, keys, sample);
    const columns = stagedColumns(keys, layout);
    const definition = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(", ");
    await database.inTransaction([
      { sql: `CREATE OR REPLACE TABLE main.${quoteIdentifier(layout.table)} (${definition})` },
    ]);
    return StagedRows.open(database, signal, names.table, keys, layout);
  }

  /** Opens the table when it has `rows` rows. */
  static async open(
    database: RunDatabase,
    signal: AbortSignal | undefined,
    table: string,
    keys: readonly JsonKey[],
    layout: StagedLayout,
    rows = 0,
  ): Promise<StagedRows> {
    const connection = await database.connect(signal);
    try {
      const columns = stagedColumns(keys, layout);
      const target = { table, stagingTable: layout.table };
      const writer = await ColumnarTableWriter.open(target, columns, connection, rows);
      return new StagedRows(layout, keys, writer);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  append({ keys, cells, sameKeys, extra }: RowCells): void {
    const row = this.#row;
    // Other keys leave values of the last row where this one has none.
    if (!sameKeys) row.fill(null);
    let rest = "";
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as JsonKey;
      const cell = cells[index] as JsonCell;
      const place = this.#places[key.id] ?? NOWHERE;
      const isStaged = place !== NOWHERE && (cell === null || fits(cell, key));
      if (place !== NOWHERE) row[place] = isStaged ? this.#stagedValue(cell, key) : null;
      if (!isStaged && cell !== null) rest += `${rest === "" ? "{" : ","}"${key.id}":${restValue(cell)}`;
    }
    row[row.length - 2] = rest === "" ? null : `${rest}}`;
    row[row.length - 1] = extra === "" ? null : `{${extra}}`;
    this.#writer.appendCells(row);
  }

  /** Commits the rows so far. */
  commit(): void {
    this.#writer.snapshot();
  }

  /** Commits what is buffered, and closes. */
  close(): void {
    this.#writer.close();
  }

  /** Closes without what is buffered. */
  abandon(): void {
    this.#writer.abandon();
  }

  #stagedValue(cell: JsonCell, key: JsonKey): CellInput {
    if (cell !== null && key.declared !== undefined) return this.#declared(cell, key);
    return cell instanceof JsonText ? cell.text : (cell as CellInput);
  }

  #declared(cell: Exclude<JsonCell, null>, { key, declared = "" }: JsonKey): CellInput {
    try {
      return declaredValue(cell, declared);
    } catch (error) {
      if (!isOsirisError(error)) throw error;
      const { code, category } = error;
      const place = `Table "${this.#writer.table}", row ${this.#writer.rows + 1}, column "${key}"`;
      throw new OsirisError({ code, category, message: `${place}: ${error.message}`, cause: error });
    }
  }
}

/**
 * Chooses columns for keys. They have the names and, as far as one can tell, the types that the typed table will have: when every row fits,
 * the staging table becomes the typed one.
 */
function chooseColumns(table: string, keys: readonly JsonKey[], sample: readonly RowCells[]): StagedLayout {
  const types = sampledTypes(sample);
  // rowid is DuckDB's own name for the number of a row, which is read.
  const [, ...names] = uniqueColumnNames([
    "rowid",
    ...keys.map(({ key }) => key),
    "rest",
    "extra",
    "rest by key",
  ]);
  const [rest = "", extra = "", restByKey = ""] = names.slice(keys.length);
  let found = 0;
  keys.forEach((key, index) => {
    if (key.declared === undefined && ++found > MAX_STAGED_KEYS) return;
    const column = names[index] ?? "";
    const type = key.declared === undefined ? (types.get(key) ?? "VARCHAR") : "declared";
    key.staged = { column, type };
  });
  return { table, rest, extra, restByKey };
}

function stagedColumns(keys: readonly JsonKey[], { rest, extra }: StagedLayout): readonly Column[] {
  const own = keys.flatMap(({ staged, declared = "" }) => {
    if (staged === undefined) return [];
    return { name: staged.column, type: staged.type === "declared" ? declared : staged.type };
  });
  return [...own, { name: rest, type: "VARCHAR" }, { name: extra, type: "VARCHAR" }];
}

/** A column for what was seen first; DOUBLE also holds the integers that came before. */
function sampledTypes(sample: readonly RowCells[]): ReadonlyMap<JsonKey, StagedType> {
  const types = new Map<JsonKey, StagedType>();
  for (const { keys, cells } of sample) {
    keys.forEach((key, index) => {
      const cell = cells[index] ?? null;
      const type = cell === null ? undefined : STAGED[kindOf(cell)];
      const before = types.get(key);
      if (type !== undefined && (before === undefined || (before === "BIGINT" && type === "DOUBLE"))) {
        types.set(key, type);
      }
    });
  }
  return types;
}

const STAGED: Readonly<Record<Kind, StagedType | undefined>> = {
  b: "BOOLEAN",
  i: "BIGINT",
  l: "BIGINT",
  h: undefined,
  g: undefined,
  d: "DOUBLE",
  n: undefined,
  s: "VARCHAR",
  j: "JSON",
};

function fits(cell: Exclude<JsonCell, null>, { staged }: JsonKey): boolean {
  const type = staged?.type;
  if (type === "BIGINT") return typeof cell === "number" ? isInteger(cell) : isInt64(cell);
  if (type === "DOUBLE") return typeof cell === "number";
  if (type === "BOOLEAN") return typeof cell === "boolean";
  if (type === "VARCHAR") return typeof cell === "string";
  return type === "declared" || cell instanceof JsonText;
}

function isInt64(cell: Exclude<JsonCell, null>): boolean {
  return typeof cell === "bigint" && cell >= -INT64_MAX - 1n && cell <= INT64_MAX;
}

function restValue(cell: Exclude<JsonCell, null>): string {
  return JSON.stringify(`${kindOf(cell)}${typeof cell === "string" ? cell : cellText(cell)}`);
}

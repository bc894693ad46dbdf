import { OsirisError, type JsonInput } from "@osiris/core";
import type { TablePlan } from "../query/query-plan.ts";
import type { CellField } from "./cell-connections.ts";
import { converter, type Convert } from "./convert-value.ts";
import { isObject } from "../json.ts";
import { memberAt } from "./json-values.ts";
import { Misfit, misfitError } from "./misfit.ts";
import { itemsOf, openConnection, type OpenConnection } from "./open-connection.ts";
import type { FoundConnection, RowInProgress, WholeRow } from "./row-parts.ts";
import { setCell, type SinkColumn, type TableSink } from "./table-sink.ts";

/** The place of a child table's column that counts the items of a list. */
export const INDEX_COLUMN = "_index";

/** Whose items they are: the cells of the parent's keys. */
export type ParentCells = readonly JsonInput[];

/** A further page of a connection whose items are rows of a table. */
export interface PageTask {
  readonly open: OpenConnection;
  readonly table: TableRows;
  readonly parent: ParentCells;
  /** Of the page's first item. */
  readonly index: number;
  readonly depth: number;
}

export interface TableRowsOptions {
  readonly plan: TablePlan;
  readonly part: WholeRow;
  readonly sink: TableSink;
  /** Its rows are scalars, which become the column `value`. */
  readonly scalars: boolean;
  /** How many tables stand above it. */
  readonly depth: number;
  readonly children: ReadonlyMap<TablePlan, TableRows>;
  readonly cellFields: readonly CellField[];
  /** Is told of further pages. */
  readonly later: (task: PageTask) => void;
}

/** The columns that say whose row it is, before all others; none for the main table. */
export function parentColumns({ parentKeys, output }: TablePlan): readonly SinkColumn[] {
  if (output === undefined) return [];
  const keys = parentKeys.map(({ column, type }) => ({ name: column, type }));
  return [...keys, { name: INDEX_COLUMN, type: "BIGINT" }];
}

/** Takes the rows of one table apart, and hands on what belongs to its child tables. */
export class TableRows {
  readonly plan: TablePlan;
  readonly cellFields: readonly CellField[];
  readonly sink: TableSink;
  readonly #options: TableRowsOptions;
  readonly #parentKeys: readonly ParentColumn[];
  readonly #row: RowInProgress = { out: {}, lists: [], connections: [] };

  constructor(options: TableRowsOptions) {
    this.plan = options.plan;
    this.cellFields = options.cellFields;
    this.sink = options.sink;
    this.#options = options;
    this.#parentKeys = options.plan.parentKeys.map(({ column, type }) => ({
      column,
      convert: type === undefined ? undefined : converter(column, type),
    }));
  }

  /** All columns that the table has after the rows so far, in order. */
  columns(): readonly string[] {
    return [...parentColumns(this.plan).map(({ name }) => name), ...this.#options.part.columns()];
  }

  /** Adds a row of the main table, with all that is in it. */
  add(item: JsonInput | undefined): void {
    this.#add(item, NO_PARENT, 0);
  }

  /** Adds the items of a list, of which the first has the place `index`. */
  addItems(items: readonly JsonInput[], parent: ParentCells, index: number): void {
    const { scalars } = this.#options;
    for (let at = 0; at < items.length; at++) {
      this.#add(scalars ? { value: items[at] } : items[at], parent, index + at);
    }
  }

  #add(item: JsonInput | undefined, parent: ParentCells, index: number): void {
    const row = this.#row;
    try {
      if (parent === NO_PARENT && isObject(item) && this.#options.part.becomeRow(item)) {
        this.sink.add(item);
        return;
      }
      row.out = this.sink.newRow();
      if (parent !== NO_PARENT) this.#fillParent(parent, index);
      this.#options.part.fill(item, row, NO_HOLDER);
      this.sink.add(row.out);
    } catch (error) {
      throw error instanceof Misfit ? misfitError(error, this.sink.name, this.sink.rows + 1) : error;
    }
    if (row.lists.length > 0) this.#addLists(item);
    if (row.connections.length > 0) this.#openConnections(item);
  }

  #fillParent(parent: ParentCells, index: number): void {
    const { out } = this.#row;
    for (let key = 0; key < parent.length; key++) {
      const { column, convert } = this.#parentKeys[key] as ParentColumn;
      const value = parent[key] as JsonInput;
      setCell(out, column, convert === undefined ? value : convert(value));
    }
    out[INDEX_COLUMN] = index;
  }

  #addLists(item: JsonInput | undefined): void {
    const lists = this.#row.lists.splice(0);
    for (const { table, items } of lists) {
      const child = this.#child(table);
      if (items.length > 0) child.addItems(items, this.#parentCells(item, child), 0);
    }
  }

  #openConnections(item: JsonInput | undefined): void {
    const connections = this.#row.connections.splice(0);
    for (const found of connections) {
      const open = openConnection(found.connection, found.value, found.holder);
      if (open !== undefined) this.#options.later(this.#pageTask(open, found, item));
    }
  }

  #pageTask(open: OpenConnection, found: FoundConnection, item: JsonInput | undefined): PageTask {
    const table = this.#child(found.table);
    const index = itemsOf(found.connection, found.value).length;
    return { open, table, parent: this.#parentCells(item, table), index, depth: this.#options.depth };
  }

  #child(plan: TablePlan): TableRows {
    return this.#options.children.get(plan) as TableRows;
  }

  #parentCells(item: JsonInput | undefined, child: TableRows): ParentCells {
    const { parentKeys } = child.plan;
    if (parentKeys.length === 0)
      throw this.#noParentKey(child, "the query does not select what identifies the rows");
    return parentKeys.map(({ path }) => {
      const value = memberAt(item, path);
      if (value === null || value === undefined || isObject(value) || Array.isArray(value)) {
        throw this.#noParentKey(child, `row ${this.sink.rows} has no ${path.join(".")}`);
      }
      return value;
    });
  }

  #noParentKey(child: TableRows, why: string): OsirisError {
    return new OsirisError({
      code: "graphql.no_parent_key",
      category: "data",
      message: `Table "${child.sink.name}" cannot tell whose its rows are: in table "${this.sink.name}" ${why}`,
      hint: "Select the fields that identify the object that has the list, and name them in row_key; or keep the list in its row with arrays: json.",
    });
  }
}

const NO_HOLDER = {};
const NO_PARENT: ParentCells = [];

interface ParentColumn {
  readonly column: string;
  readonly convert: Convert | undefined;
}

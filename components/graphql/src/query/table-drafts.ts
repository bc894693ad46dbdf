import { getNullableType, isListType } from "graphql";
import type { GraphqlConfig } from "../config.ts";
import { connectionOf, isList } from "./connections.ts";
import type { NestedConnections } from "./nested-connections.ts";
import { outputNames } from "./output-names.ts";
import type { Planning } from "./planning.ts";
import type { NestedConnection, ResponsePath } from "./query-plan.ts";
import { childNamed, nameOf, type Selected } from "./selection.ts";

/** A field on its way to a FieldPlan: its column's name and type are found when all of the table are known. */
export interface FieldDraft {
  readonly selected: Selected;
  column: string;
  type: string | undefined;
  readonly fields: readonly FieldDraft[] | undefined;
  readonly list: boolean | undefined;
  readonly flatten: boolean;
  readonly table: TableDraft | undefined;
  readonly connection: NestedConnection | undefined;
}

export interface TableDraft {
  output: string | undefined;
  /** undefined: not known. */
  fields: readonly FieldDraft[] | undefined;
  /** What a row is. */
  readonly row: Selected | undefined;
  /** The table whose rows have the list; undefined for the main one. */
  readonly parent: TableDraft | undefined;
  readonly keys: readonly { readonly name: string; readonly path: ResponsePath }[];
}

/** Where a field stands. */
interface Place {
  readonly table: TableDraft;
  /** The columns' names begin with it. */
  readonly prefix: readonly string[];
  /** How many objects have been taken apart. */
  readonly depth: number;
  /** Inside of what is kept as one JSON value. */
  readonly isWhole: boolean;
}

/** Without a schema each field may be a list, and each of its fields, too. */
const MAX_DRAFTS = 50_000;

/** @returns the tables, the main one first, parents before children */
export function draftTables(
  planning: Planning,
  rows: Selected | undefined,
  nested: NestedConnections,
): readonly TableDraft[] {
  const builder = new TableBuilder(planning, nested);
  builder.build(rows);
  return builder.tables;
}

class TableBuilder {
  readonly tables: TableDraft[] = [];
  readonly #planning: Planning;
  readonly #nested: NestedConnections;
  readonly #config: GraphqlConfig;
  #drafts = 0;

  constructor(planning: Planning, nested: NestedConnections) {
    this.#planning = planning;
    this.#nested = nested;
    this.#config = planning.config;
  }

  build(rows: Selected | undefined): void {
    const main = this.#table(rows, undefined, []);
    if (rows !== undefined) main.fields = this.#fieldsOf(rows, startOf(main));
    const lists = this.tables.slice(1).flatMap(({ row }) => row ?? []);
    const names = outputNames(lists, (list) => isList(list, this.#planning.pageFields) === true);
    for (const table of this.tables) {
      if (table.parent !== undefined && table.row !== undefined) table.output = names.get(table.row);
    }
  }

  #table(row: Selected | undefined, parent: TableDraft | undefined, keys: TableDraft["keys"]): TableDraft {
    const table: TableDraft = { output: undefined, fields: undefined, row, parent, keys };
    this.tables.push(table);
    return table;
  }

  #fieldsOf(object: Selected, at: Place): readonly FieldDraft[] {
    const followed = object === at.table.row ? undefined : connectionOf(object, this.#planning.pageFields);
    return [...object.children.values()].flatMap((child) =>
      // Where a connection ends is of no interest when it has been read to its end.
      followed !== undefined && child === followed.pageInfo ? [] : [this.#field(child, object, at)],
    );
  }

  #field(selected: Selected, holder: Selected, at: Place): FieldDraft {
    this.#count();
    const { pageFields } = this.#planning;
    const found = connectionOf(selected, pageFields);
    const list = isList(selected, pageFields);
    const prefix = [...at.prefix, selected.key];
    const draft = {
      selected,
      column: prefix.join(this.#config.flatten_separator),
      type: undefined,
      list,
      connection: found && this.#nested.plan(found, holder),
    };
    const asTable = this.#config.arrays === "tables" && list !== false && !at.isWhole;
    const table = asTable ? this.#child(selected, list === true, at) : undefined;
    if (selected.children.size === 0) return { ...draft, flatten: false, fields: undefined, table };
    if (this.#isNodeOfRow(selected, holder, at)) {
      return { ...draft, flatten: true, fields: this.#fieldsOf(selected, at), table };
    }
    const flatten = !at.isWhole && this.#isTakenApart(found !== undefined, at.depth);
    const inside = { ...at, prefix, depth: at.depth + 1, isWhole: !flatten || (list === true && !asTable) };
    const fields = table !== undefined && list === true ? table.fields : this.#fieldsOf(selected, inside);
    return { ...draft, flatten, fields, table };
  }

  /** With child tables a connection is a row's own fields and a table, never one value. */
  #isTakenApart(isConnection: boolean, depth: number): boolean {
    const { arrays, flatten_result, flatten_depth = Infinity } = this.#config;
    return (isConnection && arrays === "tables") || (flatten_result && depth < flatten_depth);
  }

  /** The `node` of a child table's edge: its fields are the row's, as they are in the main table. */
  #isNodeOfRow(selected: Selected, holder: Selected, { table }: Place): boolean {
    return (
      table.parent !== undefined &&
      table.row === holder &&
      holder.parent !== undefined &&
      holder.name === "edges" &&
      connectionOf(holder.parent, this.#planning.pageFields)?.node === selected
    );
  }

  #child(list: Selected, isKnown: boolean, at: Place): TableDraft {
    const keys = this.#keysOf(list, isKnown, at.table.row);
    const table = this.#table(list, at.table, keys);
    table.fields = list.children.size > 0 ? this.#fieldsOf(list, startOf(table)) : [this.#value(list)];
    return table;
  }

  /** The items of a list of scalars. */
  #value(list: Selected): FieldDraft {
    const plain = { type: undefined, fields: undefined, list: false, flatten: false };
    const type = list.type === undefined ? undefined : getNullableType(list.type);
    const selected = { ...list, key: "value", type: isListType(type) ? type.ofType : type };
    return { ...plain, selected, column: "value", table: undefined, connection: undefined };
  }

  /** Where the parent's row has its key. */
  #keysOf(list: Selected, isKnown: boolean, row: Selected | undefined): TableDraft["keys"] {
    if (row === undefined) return [];
    const found = this.#config.row_key.map((name) => ({ name, path: keyPath(row, name) }));
    const missing = found.filter(({ path }) => path === undefined).map(({ name }) => name);
    if (missing.length === 0) return found.flatMap(({ name, path }) => (path ? [{ name, path }] : []));
    if (isKnown) {
      const where = nameOf(row);
      this.#planning.problems.add(
        "/query",
        `The table of ${nameOf(list)} needs the key of its rows' parents, and the query does not select ` +
          `${missing.join(", ")} in ${where}`,
        `Add ${missing.join(" and ")} in ${where}, or name other fields of it in row_key.`,
      );
    }
    return [];
  }

  #count(): void {
    if (++this.#drafts <= MAX_DRAFTS) return;
    throw new TooManyFields();
  }
}

/** The query is too deep to plan for each field to be a list. */
export class TooManyFields extends Error {}

function startOf(table: TableDraft): Place {
  return { table, prefix: [], depth: 0, isWhole: false };
}

/** In the row, or in the node of an edge. */
function keyPath(row: Selected, name: string): ResponsePath | undefined {
  const own = row.children.get(name) ?? childNamed(row, name);
  if (own !== undefined && own.children.size === 0) return [own.key];
  const node = row.name === "edges" ? childNamed(row, "node") : undefined;
  const inner = node && keyPath(node, name);
  return node && inner && [node.key, ...inner];
}

import type { JsonInput } from "@osiris/core";
import type { FieldPlan, NestedConnection, TablePlan } from "../query/query-plan.ts";
import type { JsonObject } from "../transport/session.ts";
import { converter, type Convert } from "./convert-value.ts";
import { isObject } from "../json.ts";
import { isList } from "./json-values.ts";
import { Misfit } from "./misfit.ts";
import type { SeenFields, SeenKind } from "./seen-fields.ts";
import { isJson, setCell, type OutRow, type SinkColumn } from "./table-sink.ts";

/** A row that is being taken apart: its cells, and what goes to other tables. */
export interface RowInProgress {
  out: OutRow;
  readonly lists: FoundList[];
  readonly connections: FoundConnection[];
}

/** A list whose items are rows of a child table. */
export interface FoundList {
  readonly table: TablePlan;
  readonly items: readonly JsonInput[];
}

/** A connection whose items are rows of a child table, and may have further pages. */
export interface FoundConnection {
  readonly connection: NestedConnection;
  readonly table: TablePlan;
  readonly value: JsonObject;
  /** The object that has it as a field. */
  readonly holder: JsonObject;
}

/** What becomes of one field of a row: made once of its plan, used for every row. */
export interface RowPart {
  /** The columns that rows have in any case, and those whose types are known. */
  readonly sinkColumns: readonly SinkColumn[];
  /** All columns are known, with their types. */
  readonly isTyped: boolean;
  /** Writes the field's cells; `holder` is the object that has the field. A Misfit when that cannot be. */
  fill(value: JsonInput | undefined, row: RowInProgress, holder: JsonObject): void;
  /** The columns that the table has of it after the rows so far, in order. */
  columns(): readonly string[];
}

/** The part that is a whole row. */
export interface WholeRow extends RowPart {
  /**
   * Makes the object itself the row, where its members are the columns, one by one; values are converted in place. False,
   * and nothing has changed, where it has to be taken apart. A Misfit as from {@link RowPart.fill}.
   */
  becomeRow(object: JsonObject): boolean;
}

/** One column. */
export class ColumnPart implements RowPart {
  readonly sinkColumns: readonly SinkColumn[];
  readonly isTyped: boolean;
  /** undefined: cells are the values as they are. */
  readonly convert: Convert | undefined;
  readonly #column: string;
  readonly #prune: Prune | undefined;

  /** @param prune takes out of a JSON value what is not the query's */
  constructor({ column, type }: Pick<FieldPlan, "column" | "type">, prune?: Prune) {
    this.sinkColumns = [{ name: column, type }];
    this.isTyped = type !== undefined;
    this.#column = column;
    this.convert = type === undefined || isJson(type) ? undefined : converter(column, type);
    this.#prune = prune;
  }

  fill(value: JsonInput | undefined, row: RowInProgress): void {
    const pruned = this.#prune === undefined ? value : this.#prune(value);
    setCell(row.out, this.#column, this.convert === undefined ? (pruned ?? null) : this.convert(pruned));
  }

  columns(): readonly string[] {
    return [this.#column];
  }

  /** True when the member `key` of a row is the column as it is, but for its conversion. */
  isMember(key: string): boolean {
    return this.#column === key && this.#prune === undefined;
  }
}

export type Prune = (value: JsonInput | undefined) => JsonInput | undefined;

const NOTHING: JsonObject = {};

/** An object whose fields are columns: null makes them all NULL. */
export class ObjectPart implements WholeRow {
  readonly sinkColumns: readonly SinkColumn[];
  readonly isTyped: boolean;
  readonly #name: string;
  readonly #fields: readonly { readonly key: string; readonly inherited: boolean; readonly part: RowPart }[];
  /** The conversions of its columns, when each of its members is one. */
  readonly #members: readonly (Convert | undefined)[] | undefined;

  /** @param name in messages */
  constructor(name: string, fields: readonly { readonly key: string; readonly part: RowPart }[]) {
    this.#name = name;
    // What every object inherits, such as "constructor", is no field unless the answer has it.
    this.#fields = fields.map(({ key, part }) => ({ key, part, inherited: key in Object.prototype }));
    this.sinkColumns = fields.flatMap(({ part }) => part.sinkColumns);
    this.isTyped = fields.every(({ part }) => part.isTyped);
    const members = fields.flatMap(({ key, part }) =>
      part instanceof ColumnPart && part.isMember(key) ? [part.convert] : [],
    );
    this.#members = members.length === fields.length ? members : undefined;
  }

  becomeRow(object: JsonObject): boolean {
    if (this.#members === undefined || !this.#hasAllInOrder(object)) return false;
    const row = object as OutRow;
    for (let index = 0; index < this.#members.length; index++) {
      const convert = this.#members[index];
      if (convert === undefined) continue;
      const { key } = this.#fields[index] as { readonly key: string };
      const value = object[key];
      const cell = convert(value);
      if (cell !== value) row[key] = cell;
    }
    return true;
  }

  #hasAllInOrder(object: JsonObject): boolean {
    let index = 0;
    // oxlint-disable-next-line guard-for-in -- what JSON is parsed to inherits nothing that counts
    for (const key in object) if (this.#fields[index++]?.key !== key) return false;
    return index === this.#fields.length;
  }

  fill(value: JsonInput | undefined, row: RowInProgress): void {
    if (value !== null && value !== undefined && !isObject(value)) {
      throw new Misfit(this.#name, value, "an object");
    }
    const object = value ?? NOTHING;
    for (const { key, inherited, part } of this.#fields) {
      part.fill(inherited && !Object.hasOwn(object, key) ? undefined : object[key], row, object);
    }
  }

  columns(): readonly string[] {
    return this.#fields.flatMap(({ part }) => part.columns());
  }
}

/** A list whose items are rows of a child table. */
export class TablePart implements RowPart {
  readonly sinkColumns: readonly SinkColumn[] = [];
  readonly isTyped = true;
  readonly #name: string;
  readonly #table: TablePlan;

  constructor(name: string, table: TablePlan) {
    this.#name = name;
    this.#table = table;
  }

  fill(value: JsonInput | undefined, row: RowInProgress): void {
    if (isList(value)) row.lists.push({ table: this.#table, items: value });
    else if (value !== null && value !== undefined) throw new Misfit(this.#name, value, "a list");
  }

  columns(): readonly string[] {
    return [];
  }
}

/** A connection whose items are rows of a child table. */
export class ConnectionPart implements RowPart {
  readonly sinkColumns: readonly SinkColumn[];
  readonly isTyped: boolean;
  readonly #object: RowPart;
  readonly #connection: NestedConnection;
  readonly #table: TablePlan;

  constructor(object: RowPart, connection: NestedConnection, table: TablePlan) {
    this.sinkColumns = object.sinkColumns;
    this.isTyped = object.isTyped;
    this.#object = object;
    this.#connection = connection;
    this.#table = table;
  }

  fill(value: JsonInput | undefined, row: RowInProgress, holder: JsonObject): void {
    this.#object.fill(value, row, holder);
    if (!isObject(value)) return;
    row.connections.push({ connection: this.#connection, table: this.#table, value, holder });
  }

  columns(): readonly string[] {
    return this.#object.columns();
  }
}

/** What a field's values may turn out to be, where neither the schema nor its place tells. */
export interface Alternatives {
  readonly object: RowPart | undefined;
  readonly column: RowPart;
  readonly table: TablePlan | undefined;
}

/**
 * A field of which nobody knows whether it is a list. Each value goes where its kind belongs, so that none is lost when
 * they differ; the table has the columns of the kinds that came, or else of the likeliest.
 */
export class UnknownPart implements RowPart {
  readonly sinkColumns: readonly SinkColumn[];
  readonly isTyped = false;
  readonly #name: string;
  readonly #alternatives: Alternatives;
  readonly #seen: SeenFields;
  readonly #kinds: Record<SeenKind, boolean>;

  /** @param name unique in the step */
  constructor(name: string, alternatives: Alternatives, seen: SeenFields) {
    const { object, column } = alternatives;
    this.#name = name;
    this.#alternatives = alternatives;
    this.#seen = seen;
    this.#kinds = {
      list: seen.has("list", name),
      object: seen.has("object", name),
      column: seen.has("column", name),
    };
    this.sinkColumns = [...(object?.sinkColumns ?? []), ...column.sinkColumns].filter(
      ({ type }) => type !== undefined,
    );
  }

  fill(value: JsonInput | undefined, row: RowInProgress, holder: JsonObject): void {
    // A key that is not there makes no column: where types are not known, rows are filled into new objects.
    if (value === null || value === undefined) return;
    const { object, column, table } = this.#alternatives;
    if (table !== undefined && isList(value)) {
      this.#note("list");
      row.lists.push({ table, items: value });
    } else if (object !== undefined && isObject(value)) {
      this.#note("object");
      object.fill(value, row, holder);
    } else {
      this.#note("column");
      column.fill(value, row, holder);
    }
  }

  columns(): readonly string[] {
    const { object, column } = this.#alternatives;
    const { object: objects, column: others, list } = this.#kinds;
    const none = !objects && !others && !list;
    return [
      ...(others || (none && object === undefined) ? column.columns() : []),
      ...(object !== undefined && (objects || none) ? object.columns() : []),
    ];
  }

  #note(kind: SeenKind): void {
    if (this.#kinds[kind]) return;
    this.#kinds[kind] = true;
    this.#seen.add(kind, this.#name);
  }
}

import { OsirisError, type Column, type JsonInput } from "@osiris/core";
import type { JsonObject } from "../transport/session.ts";
import { converter, type Convert } from "./convert-value.ts";
import { isObject } from "../json.ts";
import type { RowInProgress, WholeRow } from "./row-parts.ts";
import type { SeenFields } from "./seen-fields.ts";
import { isJson, setCell, type SinkColumn } from "./table-sink.ts";

/** So many different fields are told apart; a source whose keys are data has more. */
const MOST_FIELDS = 2_000;

export interface LooseOptions {
  readonly separator: string;
  /** How many levels of objects are taken apart; 0: none. */
  readonly depth: number;
  readonly declared: readonly Column[];
}

/** A place in the rows that has had a value, and the column that it got. */
interface LooseField {
  readonly path: readonly string[];
  readonly column: string;
  readonly convert: Convert | undefined;
  /** Fields of the objects that came here, by key. */
  readonly inside: Map<string, LooseField>;
  /** A value has come that is a cell, not an object to take apart. */
  hasCell: boolean;
}

/** Rows of which the plan knows nothing: their fields are columns in the order in which they first come. */
export class LoosePart implements WholeRow {
  readonly sinkColumns: readonly SinkColumn[];
  readonly isTyped = false;
  readonly #options: LooseOptions;
  readonly #types: ReadonlyMap<string, string>;
  readonly #seen: SeenFields;
  readonly #root: LooseField = {
    path: [],
    column: "",
    convert: undefined,
    inside: new Map(),
    hasCell: false,
  };
  /** In order of appearance. */
  readonly #fields: LooseField[] = [];
  readonly #names = new Set<string>();

  constructor(options: LooseOptions, seen: SeenFields) {
    this.sinkColumns = options.declared;
    this.#options = options;
    this.#types = new Map(options.declared.map(({ name, type }) => [name, type]));
    this.#seen = seen;
    for (const path of seen.paths) this.#restore(path);
  }

  becomeRow(): boolean {
    return false;
  }

  fill(value: JsonInput | undefined, row: RowInProgress): void {
    if (isObject(value)) this.#fillObject(value, this.#root, row);
  }

  columns(): readonly string[] {
    return this.#fields
      .filter((field) => field.hasCell || field.inside.size === 0)
      .map(({ column }) => column);
  }

  #fillObject(object: JsonObject, parent: LooseField, row: RowInProgress): void {
    for (const key of Object.keys(object)) {
      const value = object[key] ?? null;
      const field = parent.inside.get(key) ?? this.#appear(parent, key);
      if (this.#isTakenApart(value, field)) this.#fillObject(value, field, row);
      else if (value !== null) {
        if (!field.hasCell) this.#noteCell(field);
        setCell(row.out, field.column, field.convert === undefined ? value : field.convert(value));
      }
    }
  }

  /** An empty object is kept as a cell: it has no fields that could tell of it. */
  #isTakenApart(value: JsonInput, field: LooseField): value is JsonObject {
    const isShallow = field.path.length <= this.#options.depth && !this.#types.has(field.column);
    return isShallow && isObject(value) && Object.keys(value).length > 0;
  }

  #appear(parent: LooseField, key: string): LooseField {
    if (this.#fields.length >= MOST_FIELDS) throw tooManyFields();
    const field = this.#field([...parent.path, key]);
    parent.inside.set(key, field);
    this.#seen.addPath(field.path);
    return field;
  }

  #noteCell(field: LooseField): void {
    field.hasCell = true;
    this.#seen.add("column", JSON.stringify(field.path));
  }

  #restore(path: readonly string[]): void {
    let parent = this.#root;
    for (const key of path.slice(0, -1)) parent = parent.inside.get(key) ?? parent;
    parent.inside.set(path.at(-1) ?? "", this.#field(path));
  }

  /** Paths that are joined to one name, `a.b` and b inside of a, get two columns. */
  #field(path: readonly string[]): LooseField {
    const joined = path.join(this.#options.separator);
    let column = joined;
    for (let copy = 2; this.#names.has(column); copy++) column = `${joined}_${copy}`;
    this.#names.add(column);
    const type = this.#types.get(column);
    const convert = type === undefined || isJson(type) ? undefined : converter(column, type);
    const hasCell = this.#seen.has("column", JSON.stringify(path));
    const field: LooseField = { path, column, convert, inside: new Map(), hasCell };
    this.#fields.push(field);
    return field;
  }
}

function tooManyFields(): OsirisError {
  return new OsirisError({
    code: "graphql.too_many_fields",
    category: "data",
    message: `The rows have more than ${MOST_FIELDS} different fields: keys of some object seem to be data`,
    hint: "Set flatten_result: false, or a flatten_depth, so that such objects stay JSON.",
  });
}

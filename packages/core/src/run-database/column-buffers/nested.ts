import nb from "@duckdb/node-bindings";
import type { CellInput } from "../../contract.ts";
import { Misfit } from "../formats/misfit.ts";
import { grown, setCell, VECTOR_ROWS, type ColumnBuffer, type Tally, type Value } from "./column-buffer.ts";
import { Validity } from "./validity.ts";

/** What an element of a list weighs at least; strings in it count on their own. */
const ELEMENT_BYTES = 8;

/** Where the elements of each list are: an offset and a length of 64 bits, of which the lower words are enough. */
class ListEntries {
  #words = new Uint32Array(VECTOR_ROWS * 4);
  readonly validity: Validity = new Validity();
  /** Elements in all lists so far. */
  total = 0;

  add(row: number, length: number): void {
    this.#words[row * 4] = this.total;
    this.#words[row * 4 + 2] = length;
    this.total += length;
  }

  addNull(row: number): void {
    this.add(row, 0);
    this.validity.setNull(row);
  }

  range(row: number): readonly [start: number, length: number] {
    return [this.#words[row * 4] as number, this.#words[row * 4 + 2] as number];
  }

  reserve(rows: number): void {
    this.validity.reserve(rows);
    if (rows * 4 <= this.#words.length) return;
    const words = new Uint32Array(grown(this.#words.length / 4, rows) * 4);
    words.set(this.#words);
    this.#words = words;
  }

  /** Makes room for the elements in the vector's child, which the caller fills. */
  flush(vector: nb.Vector, rows: number): nb.Vector {
    nb.list_vector_reserve(vector, this.total);
    nb.list_vector_set_size(vector, this.total);
    if (rows > 0) nb.copy_data_to_vector(vector, 0, this.#words.buffer, 0, rows * 16);
    this.validity.flush(vector, rows);
    this.total = 0;
    return nb.list_vector_get_child(vector);
  }
}

export class ListBuffer implements ColumnBuffer {
  readonly #type: string;
  readonly #elements: ColumnBuffer;
  readonly #tally: Tally;
  readonly #entries = new ListEntries();

  constructor(type: string, elements: ColumnBuffer, tally: Tally) {
    this.#type = type;
    this.#elements = elements;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    if (!Array.isArray(value)) throw new Misfit(value, this.#type, "an array");
    const start = this.#entries.total;
    this.#entries.add(row, value.length);
    this.#elements.reserve(start + value.length);
    setElements(this.#elements, start, value);
    this.#tally.bytes += value.length * ELEMENT_BYTES;
  }

  setNull(row: number): void {
    this.#entries.addNull(row);
  }

  reserve(rows: number): void {
    this.#entries.reserve(rows);
  }

  identity(row: number): string {
    if (this.#entries.validity.isNull(row)) return "NULL";
    return `[${identities(this.#elements, ...this.#entries.range(row))}]`;
  }

  flush(vector: nb.Vector, rows: number): void {
    const { total } = this.#entries;
    this.#elements.flush(this.#entries.flush(vector, rows), total);
  }
}

/** Arrays of one length, laid end to end. */
export class FixedListBuffer implements ColumnBuffer {
  readonly #type: string;
  readonly #elements: ColumnBuffer;
  readonly #length: number;
  readonly #tally: Tally;
  readonly #validity = new Validity();

  constructor(type: string, elements: ColumnBuffer, length: number, tally: Tally) {
    this.#type = type;
    this.#elements = elements;
    this.#length = length;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    if (!Array.isArray(value) || value.length !== this.#length) {
      throw new Misfit(value, this.#type, `an array of ${this.#length}`);
    }
    const start = this.#room(row);
    setElements(this.#elements, start, value);
    this.#tally.bytes += value.length * ELEMENT_BYTES;
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
    const start = this.#room(row);
    for (let at = start; at < start + this.#length; at++) this.#elements.setNull(at);
  }

  #room(row: number): number {
    this.#elements.reserve((row + 1) * this.#length);
    return row * this.#length;
  }

  reserve(rows: number): void {
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    if (this.#validity.isNull(row)) return "NULL";
    return `[${identities(this.#elements, row * this.#length, this.#length)}]`;
  }

  flush(vector: nb.Vector, rows: number): void {
    this.#elements.flush(nb.array_vector_get_child(vector), rows * this.#length);
    this.#validity.flush(vector, rows);
  }
}

export class StructBuffer implements ColumnBuffer {
  readonly #type: string;
  readonly #names: readonly string[];
  readonly #fields: readonly ColumnBuffer[];
  readonly #validity = new Validity();

  constructor(type: string, names: readonly string[], fields: readonly ColumnBuffer[]) {
    this.#type = type;
    this.#names = names;
    this.#fields = fields;
  }

  set(row: number, value: Value): void {
    if (!isRecord(value)) throw new Misfit(value, this.#type, "a plain object");
    let found = 0;
    this.#names.forEach((name, index) => {
      const given = Object.hasOwn(value, name);
      if (given) found += 1;
      setPart(this.#fields[index] as ColumnBuffer, row, given ? value[name] : undefined, `.${name}`);
    });
    const names = Object.keys(value);
    if (found === names.length) return;
    const unknown = names.filter((name) => !this.#names.includes(name));
    throw new Misfit(value, this.#type, `no field ${unknown.map((name) => JSON.stringify(name)).join(", ")}`);
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
    for (const field of this.#fields) field.setNull(row);
  }

  reserve(rows: number): void {
    for (const field of this.#fields) field.reserve(rows);
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    if (this.#validity.isNull(row)) return "NULL";
    return `{${this.#fields.map((field) => field.identity(row)).join(",")}}`;
  }

  flush(vector: nb.Vector, rows: number): void {
    this.#fields.forEach((field, index) => field.flush(nb.struct_vector_get_child(vector, index), rows));
    this.#validity.flush(vector, rows);
  }
}

/** DuckDB stores a map as a list of keys and values. */
export class MapBuffer implements ColumnBuffer {
  readonly #type: string;
  readonly #keys: ColumnBuffer;
  readonly #values: ColumnBuffer;
  readonly #tally: Tally;
  readonly #entries = new ListEntries();

  constructor(type: string, keys: ColumnBuffer, values: ColumnBuffer, tally: Tally) {
    this.#type = type;
    this.#keys = keys;
    this.#values = values;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    if (!(value instanceof Map)) throw new Misfit(value, this.#type, "a Map");
    const map = value as ReadonlyMap<CellInput, CellInput>;
    let at = this.#entries.total;
    this.#entries.add(row, map.size);
    this.#keys.reserve(at + map.size);
    this.#values.reserve(at + map.size);
    const seen = new Set<string>();
    for (const [key, item] of map) {
      if (key === null || key === undefined) throw new Misfit(key, this.#type, "keys that are not NULL");
      setPart(this.#keys, at, key, ".key");
      setPart(this.#values, at, item, ".value");
      seen.add(this.#keys.identity(at));
      at += 1;
    }
    if (seen.size !== map.size)
      throw new Misfit(value, this.#type, "keys that differ in the stored form too");
    this.#tally.bytes += map.size * ELEMENT_BYTES * 2;
  }

  setNull(row: number): void {
    this.#entries.addNull(row);
  }

  reserve(rows: number): void {
    this.#entries.reserve(rows);
  }

  identity(row: number): string {
    if (this.#entries.validity.isNull(row)) return "NULL";
    const [start, length] = this.#entries.range(row);
    return `<${identities(this.#keys, start, length)}:${identities(this.#values, start, length)}>`;
  }

  flush(vector: nb.Vector, rows: number): void {
    const { total } = this.#entries;
    const pairs = this.#entries.flush(vector, rows);
    this.#keys.flush(nb.struct_vector_get_child(pairs, 0), total);
    this.#values.flush(nb.struct_vector_get_child(pairs, 1), total);
  }
}

/** DuckDB stores a union as a struct: which member it is, then all members, of which one may hold a value. */
export class UnionBuffer implements ColumnBuffer {
  readonly #type: string;
  readonly #names: readonly string[];
  readonly #tags: ColumnBuffer;
  readonly #members: readonly ColumnBuffer[];
  readonly #validity = new Validity();

  constructor(type: string, names: readonly string[], tags: ColumnBuffer, members: readonly ColumnBuffer[]) {
    this.#type = type;
    this.#names = names;
    this.#tags = tags;
    this.#members = members;
  }

  set(row: number, value: Value): void {
    const { tag, value: held, ...others } = isRecord(value) ? value : { tag: undefined, value: undefined };
    const member = typeof tag === "string" ? this.#names.indexOf(tag) : -1;
    if (member === -1 || Object.keys(others).length > 0) {
      throw new Misfit(value, this.#type, `{ tag, value } with a tag out of ${this.#names.join(", ")}`);
    }
    this.#tags.set(row, member);
    this.#members.forEach((buffer, index) => {
      if (index === member) setPart(buffer, row, held, `.${this.#names[index]}`);
      else buffer.setNull(row);
    });
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
    this.#tags.setNull(row);
    for (const member of this.#members) member.setNull(row);
  }

  reserve(rows: number): void {
    this.#tags.reserve(rows);
    for (const member of this.#members) member.reserve(rows);
    this.#validity.reserve(rows);
  }

  identity(row: number): string {
    return `${this.#tags.identity(row)}(${this.#members.map((member) => member.identity(row)).join(",")})`;
  }

  flush(vector: nb.Vector, rows: number): void {
    [this.#tags, ...this.#members].forEach((part, index) =>
      part.flush(nb.struct_vector_get_child(vector, index), rows),
    );
    this.#validity.flush(vector, rows);
  }
}

function setElements(elements: ColumnBuffer, start: number, values: readonly CellInput[]): void {
  for (let index = 0; index < values.length; index++) {
    setPart(elements, start + index, values[index], `[${index}]`);
  }
}

/** Sets a part of a nested value; when it does not fit, the error says where it stands. */
function setPart(buffer: ColumnBuffer, row: number, value: CellInput, step: string): void {
  try {
    setCell(buffer, row, value);
  } catch (error) {
    throw error instanceof Misfit ? error.within(step) : error;
  }
}

function identities(buffer: ColumnBuffer, start: number, length: number): string {
  return Array.from({ length }, (_, index) => buffer.identity(start + index)).join(",");
}

function isRecord(value: Value): value is Readonly<Record<string, CellInput>> {
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

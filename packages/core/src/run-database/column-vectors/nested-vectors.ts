import nb from "@duckdb/node-bindings";
import type { Cell } from "../../contract.ts";
import { nullable, validityBits, vectorBytes, type OpenVector, type ReadCell } from "./read-cell.ts";

export function listVector(elements: OpenVector): OpenVector {
  return (vector, rows) => {
    const read = elements(nb.list_vector_get_child(vector), nb.list_vector_get_size(vector));
    return listEntries(vector, rows, (start, length) => cells(read, start, length));
  };
}

/** A map is a list of structs of a key and a value. */
export function mapVector(keys: OpenVector, values: OpenVector): OpenVector {
  return (vector, rows) => {
    const pairs = nb.list_vector_get_child(vector);
    const total = nb.list_vector_get_size(vector);
    const key = keys(nb.struct_vector_get_child(pairs, 0), total);
    const value = values(nb.struct_vector_get_child(pairs, 1), total);
    return listEntries(vector, rows, (start, length) => {
      const map = new Map<Cell, Cell>();
      for (let at = start; at < start + length; at++) map.set(key(at), value(at));
      return map;
    });
  };
}

export function arrayVector(elements: OpenVector, length: number): OpenVector {
  return (vector, rows) => {
    const read = elements(nb.array_vector_get_child(vector), rows * length);
    return nullable(validityBits(vector, rows), (row) => cells(read, row * length, length));
  };
}

/** A struct whose fields have no names is a tuple: an array. */
export function structVector(names: readonly string[], fields: readonly OpenVector[]): OpenVector {
  const unnamed = names.every((name) => name === "");
  return (vector, rows) => {
    const reads = children(vector, rows, fields);
    return nullable(validityBits(vector, rows), (row) => {
      if (unnamed) return reads.map((read) => read(row));
      // Without a prototype: a field may be called __proto__.
      const record = Object.create(null) as Record<string, Cell>;
      names.forEach((name, index) => (record[name] = (reads[index] as ReadCell)(row)));
      return record;
    });
  };
}

/** A union is a struct of which member it is, and all members. */
export function unionVector(
  names: readonly string[],
  tags: OpenVector,
  members: readonly OpenVector[],
): OpenVector {
  return (vector, rows) => {
    const [tag, ...reads] = children(vector, rows, [tags, ...members]) as [ReadCell, ...ReadCell[]];
    return nullable(validityBits(vector, rows), (row) => {
      const member = tag(row);
      if (member === null) return null;
      const index = Number(member);
      return { tag: names[index] as string, value: (reads[index] as ReadCell)(row) };
    });
  };
}

function children(vector: nb.Vector, rows: number, parts: readonly OpenVector[]): readonly ReadCell[] {
  return parts.map((open, index) => open(nb.struct_vector_get_child(vector, index), rows));
}

/** Offsets and lengths have 64 bits, of which the lower 32 are enough: no vector has more elements. */
function listEntries(
  vector: nb.Vector,
  rows: number,
  read: (start: number, length: number) => Cell,
): ReadCell {
  const words = new Uint32Array(vectorBytes(vector, rows * 16));
  return nullable(validityBits(vector, rows), (row) =>
    read(words[row * 4] as number, words[row * 4 + 2] as number),
  );
}

function cells(read: ReadCell, start: number, length: number): Cell[] {
  const items: Cell[] = Array.from({ length });
  for (let index = 0; index < length; index++) items[index] = read(start + index);
  return items;
}

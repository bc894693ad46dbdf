import { compile } from "json-p3";
import { isOsirisError, type JsonInput, type OsirisError } from "@osiris/core";
import { isObject } from "../json.ts";
import type { ResponsePath, RowsPlan } from "../query/query-plan.ts";
import type { JsonObject } from "../transport/session.ts";
import { noSuchField } from "./at-path.ts";

/** The rows of an answer. */
export interface FoundRows {
  readonly rows: readonly JsonObject[];
  /** Items where rows would be that are null: left out of them. */
  readonly nulls: number;
  /** Null on the way to the rows, so that there are none. */
  readonly missing: boolean;
  /** The first list on the way; undefined where there is none, or nobody knows the way. */
  readonly list: FoundList | undefined;
}

export interface FoundList {
  readonly path: ResponsePath;
  /** Of its items: where they have lists of their own, or data_path chooses among them, there are more or fewer rows. */
  readonly length: number;
}

/** Finds the rows in the body of an answer. A scalar is a row with the field `value`. */
export type FindRows = (body: JsonObject) => FoundRows;

/** @throws OsirisError `graphql.no_such_field`, from what it returns, when an answer has no such path */
export function rowFinder({ path, jsonPath }: RowsPlan): FindRows {
  if (path !== undefined) {
    return (body) => ({ ...collect((found) => walk(body, path, 0, found)), list: listOn(body, path) });
  }
  const query = compile(jsonPath);
  const prefix = namesOf(jsonPath);
  return (body) => ({
    ...collect((found) => {
      // A path that finds nothing may be a filter, or a mistake: the names that it begins with must be there.
      const begin: Found = { items: [], absent: [], missing: false };
      walk(body, prefix, 0, begin);
      found.missing = begin.missing;
      for (const value of query.query(body as never).values()) addItems(value as JsonInput, found);
    }),
    list: listOn(body, prefix),
  });
}

function listOn(body: JsonObject, path: ResponsePath): FoundList | undefined {
  let value: JsonInput | undefined = body;
  for (let depth = 0; value !== undefined; depth++) {
    if (Array.isArray(value)) return { path: path.slice(0, depth), length: value.length };
    value = isObject(value) ? value[path[depth] ?? ""] : undefined;
  }
  return undefined;
}

interface Found {
  readonly items: JsonInput[];
  /** Objects in lists that do not have the field: those of other types. They count as null unless all of them are so. */
  readonly absent: OsirisError[];
  missing: boolean;
}

function collect(search: (found: Found) => void): Omit<FoundRows, "list"> {
  const found: Found = { items: [], absent: [], missing: false };
  search(found);
  const { items, absent, missing } = found;
  const [error] = absent;
  if (error !== undefined && absent.length === items.length) throw error;
  // By far the most answers are lists of objects: they are taken as they are.
  if (items.every(isObject)) return { rows: items, nulls: 0, missing };
  const present = items.filter((item) => item !== null);
  const rows = present.map((item) => (isObject(item) ? item : { value: item }));
  return { rows, nulls: items.length - present.length, missing };
}

function walk(value: JsonInput, path: readonly string[], depth: number, found: Found): void {
  if (value === null) {
    found.missing = true;
    return;
  }
  if (Array.isArray(value)) {
    walkItems(value as readonly JsonInput[], path, depth, found);
    return;
  }
  const key = path[depth];
  if (key === undefined) {
    found.items.push(value);
    return;
  }
  const next = isObject(value) ? value[key] : undefined;
  if (next === undefined) throw noSuchField(value, path.slice(0, depth), key, "data_path");
  walk(next, path, depth + 1, found);
}

/** A null among items is an item that is null, not rows that are missing. */
function walkItems(items: readonly JsonInput[], path: readonly string[], depth: number, found: Found): void {
  if (depth === path.length) {
    addItems(items, found);
    return;
  }
  for (const item of items) {
    if (item === null) found.items.push(null);
    else walkItem(item, path, depth, found);
  }
}

function walkItem(item: JsonInput, path: readonly string[], depth: number, found: Found): void {
  const inside: Found = { items: found.items, absent: found.absent, missing: false };
  try {
    walk(item, path, depth, inside);
  } catch (error) {
    if (!isOsirisError(error)) throw error;
    found.absent.push(error);
    inside.missing = true;
  }
  // The edge is there, its node is not.
  if (inside.missing) found.items.push(null);
}

function addItems(value: JsonInput, found: Found): void {
  if (!Array.isArray(value)) found.items.push(value);
  else for (const item of value as readonly JsonInput[]) addItems(item, found);
}

/** The names that a JSONPath begins with: `data`, `movies` of `$.data.movies[?@.released > 2000]`. */
function namesOf(jsonPath: string): readonly string[] {
  const [names = ""] = /^\$(?:\.[A-Za-z_]\w*)*/.exec(jsonPath) ?? [];
  return names.split(".").slice(1);
}

import type { Column } from "../contract.ts";
import { uniqueColumnNames } from "../column-names.ts";
import type { JsonKey } from "./json-keys.ts";
import { columnType, type Digits, type Kind } from "./widening.ts";

/** Where the members stand that have no column of their own. */
const EXTRA_COLUMN = "_extra";

/** How many values of a kind a key has, and the first row that has one, from 1. */
export interface KindCount {
  readonly kind: Kind;
  readonly count: number;
  readonly firstRow: number;
}

/** The members of rows that have no column of their own. */
export interface ExtraMembers {
  readonly rows: number;
  readonly firstRow: number;
  /** Of the first such row, a few. */
  readonly names: readonly string[];
}

/** A column of the typed table, and what decided its type. */
export interface JsonColumn extends Column {
  /** Undefined for the column of the members that have none. */
  readonly key: JsonKey | undefined;
  readonly reason: string;
  /** Set where a value did not fit the type of the values before it. */
  readonly change?: TypeChange;
}

export interface TypeChange {
  readonly row: number;
  readonly from: string;
  readonly to: string;
}

/** What was counted of a key. */
export interface KeyCounts {
  readonly kinds: readonly KindCount[];
  /** What the key's numbers need, where its type depends on it. */
  readonly digits: Digits | undefined;
  /** No row has the key. */
  readonly absent?: true;
}

/**
 * Puts keys with the given names first, in that order. A name that no key has gets an entry of its own.
 */
export function withFirst(
  names: readonly string[],
  keys: ReadonlyMap<JsonKey, KeyCounts>,
): ReadonlyMap<JsonKey, KeyCounts> {
  const byName = new Map(Array.from(keys, (entry) => [entry[0].key, entry]));
  const first = names.map((name) => byName.get(name) ?? absentKey(name));
  return new Map([...first, ...keys]);
}

function absentKey(name: string): readonly [JsonKey, KeyCounts] {
  const key = { key: name, id: -1, declared: undefined, staged: undefined };
  return [key, { kinds: [], digits: undefined, absent: true }];
}

/** The columns of the typed table, in order. */
export function jsonColumns(
  keys: ReadonlyMap<JsonKey, KeyCounts>,
  extra: ExtraMembers | undefined,
): readonly JsonColumn[] {
  const wanted = [...keys.keys()].map(({ key }) => key);
  const names = uniqueColumnNames(extra === undefined ? wanted : [...wanted, EXTRA_COLUMN]);
  const columns = [...keys].map(([key, counts], index) => jsonColumn(key, names[index] ?? "", counts));
  if (extra === undefined) return columns;
  const reason = `${extra.rows} rows have keys beyond the last column`;
  return [...columns, { key: undefined, name: names.at(-1) ?? "", type: "JSON", reason }];
}

function jsonColumn(key: JsonKey, name: string, { kinds, digits, absent }: KeyCounts): JsonColumn {
  if (key.declared !== undefined) return { key, name, type: key.declared, reason: "declared" };
  if (absent) return { key, name, type: columnType([]), reason: "no row has it" };
  const inOrder = kinds.toSorted((a, b) => a.firstRow - b.firstRow);
  const type = columnType(
    inOrder.map(({ kind }) => kind),
    digits,
  );
  const change = firstChange(inOrder, type);
  return { key, name, type, reason: reasonFor(inOrder), ...(change === undefined ? {} : { change }) };
}

/** Where a value first made another type of the column. Where nothing more came, that type is the final one. */
function firstChange(inOrder: readonly KindCount[], type: string): TypeChange | undefined {
  const typeAfter = (kinds: number): string => columnType(inOrder.slice(0, kinds).map(({ kind }) => kind));
  const from = typeAfter(1);
  const at = inOrder.findIndex((_, index) => typeAfter(index + 1) !== from);
  const row = inOrder[at]?.firstRow;
  if (row === undefined) return undefined;
  return { row, from, to: at === inOrder.length - 1 ? type : typeAfter(at + 1) };
}

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  b: "booleans",
  i: "integers",
  l: "integers beyond 2^53",
  h: "integers beyond 64 bits",
  g: "integers beyond 128 bits",
  d: "doubles",
  n: "numbers that no double is",
  s: "strings",
  j: "objects or arrays",
};

function reasonFor(kinds: readonly KindCount[]): string {
  if (kinds.length === 0) return "only null";
  return kinds.map(({ kind, count }) => `${count} ${KIND_NAMES[kind]}`).join(", ");
}

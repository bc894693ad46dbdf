import { GEOMETRY_TYPES } from "../types/wire-types.ts";

/** What types of MySQL have in common when values are written into their columns. */
export type TargetFamily =
  | "integer"
  | "decimal"
  | "float"
  | "double"
  | "bit"
  | "year"
  | "date"
  | "datetime"
  | "time"
  | "list"
  | "text"
  | "binary"
  | "json"
  | "geometry"
  | "other";

/** A column's type as the catalog spells it, taken apart. */
export interface TargetType {
  readonly family: TargetFamily;
  /** The type's name alone: `datetime`. */
  readonly name: string;
  /** The first number behind the name: characters, bytes, digits of a second. @default undefined */
  readonly size: number | undefined;
  /** Digits after the point; undefined where the type sets none. */
  readonly scale: number | undefined;
  /** The members of an ENUM or SET. */
  readonly members: readonly string[];
}

const FAMILIES: Readonly<Record<Exclude<TargetFamily, "other">, readonly string[]>> = {
  integer: ["tinyint", "smallint", "mediumint", "int", "integer", "bigint"],
  decimal: ["decimal", "numeric"],
  float: ["float"],
  double: ["double", "real"],
  bit: ["bit"],
  year: ["year"],
  date: ["date"],
  datetime: ["datetime", "timestamp"],
  time: ["time"],
  list: ["enum", "set"],
  text: ["char", "varchar", "tinytext", "text", "mediumtext", "longtext"],
  binary: ["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"],
  json: ["json"],
  geometry: GEOMETRY_TYPES,
};

const FAMILY_OF: ReadonlyMap<string, TargetFamily> = new Map(
  Object.entries(FAMILIES).flatMap(([family, names]) => names.map((name) => [name, family as TargetFamily])),
);

export function targetType(type: string): TargetType {
  const name = /^[a-z0-9_]+/i.exec(type)?.[0].toLowerCase() ?? "";
  const numbers = /^\w+\((?<size>\d+)(?:,(?<scale>\d+))?\)/.exec(type)?.groups ?? {};
  const { size, scale } = numbers as { size?: string; scale?: string };
  const family = FAMILY_OF.get(name) ?? "other";
  return {
    family,
    name,
    size: size === undefined ? undefined : Number(size),
    scale: scale === undefined ? undefined : Number(scale),
    members: family === "list" ? membersOf(type) : [],
  };
}

/** `enum('a','it''s')` */
function membersOf(type: string): readonly string[] {
  return [...type.matchAll(/'(?<member>(?:[^']|'')*)'/g)].map(({ groups }) =>
    (groups?.["member"] ?? "").replaceAll("''", "'"),
  );
}

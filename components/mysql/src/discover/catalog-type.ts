import {
  BINARY_CHARSET,
  ENUM_FLAG,
  GEOMETRY_TYPES,
  SET_FLAG,
  UNSIGNED_FLAG,
  WIRE,
  type ColumnDefinition,
} from "../types/wire-types.ts";
import type { CatalogColumn } from "./catalog.ts";

/** A collation of UTF-8 in four bytes: that of results. */
const TEXT_CHARSET = 45;

/** The definition that the server sends for a column when it is read, made from its catalog: so that one table of types does for both. */
export function definitionOf(column: CatalogColumn): ColumnDefinition {
  const { dataType, columnType, charset } = column;
  const extended = EXTENDED.has(dataType) || GEOMETRIES.has(dataType) ? dataType : undefined;
  return {
    columnType: WIRE_TYPES[dataType] ?? (GEOMETRIES.has(dataType) ? WIRE.geometry : WIRE.string),
    columnLength: lengthOf(column),
    characterSet: charset === undefined && !EXTENDED.has(dataType) ? BINARY_CHARSET : TEXT_CHARSET,
    decimals: column.decimals,
    flags:
      (/\bunsigned\b/i.test(columnType) || dataType === "year" ? UNSIGNED_FLAG : 0) |
      (dataType === "enum" ? ENUM_FLAG : 0) |
      (dataType === "set" ? SET_FLAG : 0),
    ...(extended === undefined ? {} : { extendedTypeName: extended }),
    ...(column.isJson ? { extendedFormat: "json" } : {}),
  };
}

const WIRE_TYPES: Readonly<Record<string, number>> = {
  tinyint: WIRE.tinyint,
  smallint: WIRE.smallint,
  mediumint: WIRE.mediumint,
  int: WIRE.int,
  bigint: WIRE.bigint,
  float: WIRE.float,
  double: WIRE.double,
  decimal: WIRE.decimal,
  bit: WIRE.bit,
  date: WIRE.date,
  datetime: WIRE.datetime,
  timestamp: WIRE.timestamp,
  time: WIRE.time,
  year: WIRE.year,
  json: WIRE.json,
  vector: WIRE.vector,
  varchar: WIRE.varString,
  varbinary: WIRE.varString,
  tinytext: WIRE.blob,
  text: WIRE.blob,
  mediumtext: WIRE.blob,
  longtext: WIRE.blob,
  tinyblob: WIRE.blob,
  blob: WIRE.blob,
  mediumblob: WIRE.blob,
  longblob: WIRE.blob,
};

/** MariaDB's own types, which are strings on the wire. */
const EXTENDED: ReadonlySet<string> = new Set(["uuid", "inet4", "inet6"]);

const GEOMETRIES: ReadonlySet<string> = new Set(GEOMETRY_TYPES);

/** As the wire counts it: a decimal's sign and point are counted, and the 1 of tinyint(1). */
function lengthOf({ dataType, columnType, precision, decimals, octets }: CatalogColumn): number {
  if (dataType === "decimal") {
    const sign = /\bunsigned\b/i.test(columnType) ? 0 : 1;
    return precision + (decimals > 0 ? 1 : 0) + sign;
  }
  if (dataType === "bit") return precision;
  if (dataType === "tinyint") return /^tinyint\(1\)/i.test(columnType) ? 1 : 4;
  return octets;
}

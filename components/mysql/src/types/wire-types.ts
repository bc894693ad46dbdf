/** Numbers of types in the protocol's column definitions. */
export const WIRE = {
  oldDecimal: 0,
  tinyint: 1,
  smallint: 2,
  int: 3,
  float: 4,
  double: 5,
  null: 6,
  timestamp: 7,
  bigint: 8,
  mediumint: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  newDate: 14,
  varchar: 15,
  bit: 16,
  vector: 242,
  json: 245,
  decimal: 246,
  enum: 247,
  set: 248,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

export const UNSIGNED_FLAG = 32;
export const ENUM_FLAG = 256;
export const SET_FLAG = 2048;

/** The charset of what is no text. */
export const BINARY_CHARSET = 63;

/** A column of a result, as mysql2 has it from the server. */
export interface ColumnDefinition {
  readonly columnType: number;
  /** In bytes of the charset that the result comes in; digits and signs for numbers. */
  readonly columnLength: number;
  readonly characterSet: number;
  readonly decimals: number;
  readonly flags: number;
  /** MariaDB's own types, which are strings in the protocol: `uuid`, `inet6`. */
  readonly extendedTypeName?: string;
  /** MariaDB: `json`. */
  readonly extendedFormat?: string;
}

/** How values of a column cross the wire in the binary protocol, and what the reader makes of them. */
export type WireFormat =
  | "int1"
  | "int2"
  | "int4"
  | "int8"
  | "boolean"
  | "float"
  | "double"
  | "decimal"
  | "bit"
  | "date"
  | "datetime"
  | "time"
  /** Dates and times that stay text, in the server's spelling. */
  | "date_text"
  | "datetime_text"
  | "text"
  | "blob"
  | "uuid"
  | "geometry"
  /** A column without a type: all its values are NULL. */
  | "null";

/** The kinds of geometry, as catalogs spell them. */
export const GEOMETRY_TYPES: readonly string[] = [
  "geometry",
  "point",
  "linestring",
  "polygon",
  "multipoint",
  "multilinestring",
  "multipolygon",
  "geometrycollection",
  "geomcollection",
];

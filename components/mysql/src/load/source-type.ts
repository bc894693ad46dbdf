/** What DuckDB's types have in common when their values are written. */
export type SourceFamily =
  | "null"
  | "boolean"
  | "integer"
  | "bignum"
  | "decimal"
  | "double"
  | "text"
  | "json"
  | "blob"
  | "bit"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "time"
  | "timetz"
  | "interval"
  | "uuid"
  | "nested";

const FAMILIES: Readonly<Record<string, SourceFamily>> = {
  '"NULL"': "null",
  BOOLEAN: "boolean",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  BIGINT: "integer",
  HUGEINT: "integer",
  UTINYINT: "integer",
  USMALLINT: "integer",
  UINTEGER: "integer",
  UBIGINT: "integer",
  UHUGEINT: "integer",
  BIGNUM: "bignum",
  FLOAT: "double",
  DOUBLE: "double",
  VARCHAR: "text",
  JSON: "json",
  BLOB: "blob",
  BIT: "bit",
  DATE: "date",
  TIMESTAMP: "timestamp",
  TIMESTAMP_S: "timestamp",
  TIMESTAMP_MS: "timestamp",
  TIMESTAMP_NS: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamptz",
  TIME: "time",
  TIME_NS: "time",
  "TIME WITH TIME ZONE": "timetz",
  INTERVAL: "interval",
  UUID: "uuid",
};

/** undefined: a type whose values cannot be written. */
export function sourceFamily(type: string): SourceFamily | undefined {
  if (type.endsWith("]") || /^(?:STRUCT|MAP|UNION)\(/.test(type)) return "nested";
  if (type.startsWith("ENUM(")) return "text";
  if (type.startsWith("DECIMAL(")) return "decimal";
  return FAMILIES[type];
}

/** Digits after the point of a `DECIMAL(width,scale)`. */
export function decimalScale(type: string): number {
  return Number(/,(?<scale>\d+)\)$/.exec(type)?.groups?.["scale"] ?? 0);
}

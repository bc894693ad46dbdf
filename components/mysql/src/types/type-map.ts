import type { Column, TypeMapping } from "@osiris/core";
import {
  BYTES,
  cannotStore,
  fraction,
  isNested,
  isString,
  KEY_LENGTH,
  longText,
  readDate,
  readDecimal,
  readLongDecimal,
  readSet,
  readTimestamp,
  TEXT,
  textType,
  bytesType,
  whenExtended,
  whenType,
  whenWire,
  wholeNumber,
  writeDecimal,
  type CreateOptions,
  type TypeRule,
} from "./type-rules.ts";
import { BINARY_CHARSET, WIRE } from "./wire-types.ts";

const EXACT_TIMES = "null, error or text for dates that no calendar has: see zero_dates";

export type { CreateOptions } from "./type-rules.ts";

/** All types. The first rule that fits counts, on either way. */
export const TYPE_RULES: readonly TypeRule[] = [
  {
    native: "tinyint(1)",
    duckdb: "BOOLEAN",
    note: "read as TINYINT, unless tinyint1 is boolean: then any number but 0 is true",
    read: (definition, { tinyint1 }) =>
      tinyint1 === "boolean" && definition.columnType === WIRE.tinyint && definition.columnLength === 1
        ? { sourceType: "tinyint(1)", type: "BOOLEAN", format: "boolean" }
        : undefined,
    write: whenType("BOOLEAN", "tinyint(1)"),
  },
  ...wholeNumber("tinyint", "TINYINT", WIRE.tinyint, "int1"),
  ...wholeNumber("smallint", "SMALLINT", WIRE.smallint, "int2"),
  ...wholeNumber("int", "INTEGER", WIRE.int, "int4"),
  ...wholeNumber("mediumint", "INTEGER", WIRE.mediumint, "int4").map(({ write: _write, ...rule }) => ({
    ...rule,
    only: "read" as const,
  })),
  ...wholeNumber("bigint", "BIGINT", WIRE.bigint, "int8"),
  {
    native: "float",
    duckdb: "FLOAT",
    read: whenWire(WIRE.float, { sourceType: "float", type: "FLOAT", format: "float" }),
    write: whenType("FLOAT", "float"),
  },
  {
    native: "double",
    duckdb: "DOUBLE",
    read: whenWire(WIRE.double, { sourceType: "double", type: "DOUBLE", format: "double" }),
    write: whenType("DOUBLE", "double"),
  },
  {
    native: "decimal(p,s)",
    duckdb: "DECIMAL(p,s)",
    note: "up to 38 digits; written with more than 30 decimals to MySQL, it becomes text",
    read: readDecimal,
    write: writeDecimal,
  },
  {
    native: "decimal(p,s)",
    duckdb: "VARCHAR",
    only: "read",
    note: "more than 38 digits, which DuckDB's DECIMAL does not have: the text, told in a warning",
    read: readLongDecimal,
  },
  {
    native: "bit(n)",
    duckdb: "UBIGINT",
    only: "read",
    read: (definition) =>
      definition.columnType === WIRE.bit
        ? { sourceType: `bit(${definition.columnLength})`, type: "UBIGINT", format: "bit" }
        : undefined,
  },
  {
    native: "date",
    duckdb: "DATE",
    note: EXACT_TIMES,
    read: readDate,
    write: whenType("DATE", "date"),
  },
  {
    native: "datetime(f)",
    duckdb: "TIMESTAMP",
    note: EXACT_TIMES,
    read: readTimestamp(WIRE.datetime, "datetime", "TIMESTAMP"),
    write: whenType("TIMESTAMP", "datetime(6)"),
  },
  {
    native: "timestamp(f)",
    duckdb: "TIMESTAMP WITH TIME ZONE",
    note: `from 1970 to 2038; ${EXACT_TIMES}`,
    read: readTimestamp(WIRE.timestamp, "timestamp", "TIMESTAMP WITH TIME ZONE"),
    write: whenType("TIMESTAMP WITH TIME ZONE", "timestamp(6)"),
  },
  {
    native: "time(f)",
    duckdb: "INTERVAL",
    note: "of nothing but microseconds: -838:59:59 to 838:59:59",
    read: (definition) =>
      definition.columnType === WIRE.time
        ? { sourceType: `time${fraction(definition)}`, type: "INTERVAL", format: "time" }
        : undefined,
    write: whenType("INTERVAL", "time(6)"),
  },
  {
    native: "year",
    duckdb: "SMALLINT",
    only: "read",
    read: whenWire(WIRE.year, { sourceType: "year", type: "SMALLINT", format: "int2" }),
  },
  {
    native: "uuid",
    duckdb: "UUID",
    note: "MariaDB; MySQL has no such type, and gets char(36)",
    read: whenExtended("uuid", { sourceType: "uuid", type: "UUID", format: "uuid" }),
    write: (type, { product }) =>
      type === "UUID" ? (product === "MariaDB" ? "uuid" : "char(36) CHARACTER SET ascii") : undefined,
  },
  {
    native: "inet4, inet6",
    duckdb: "VARCHAR",
    only: "read",
    note: "MariaDB",
    read: ({ extendedTypeName: name }) =>
      name === "inet4" || name === "inet6" ? { sourceType: name, ...TEXT } : undefined,
  },
  {
    native: "json",
    duckdb: "JSON",
    note: "the server's text: checked, and kept as it is",
    read: (definition) =>
      definition.columnType === WIRE.json || definition.extendedFormat === "json"
        ? { sourceType: "json", type: "JSON", format: "text" }
        : undefined,
    write: whenType("JSON", "json"),
  },
  {
    native: "geometry and its kinds",
    duckdb: "BLOB",
    only: "read",
    note: "WKB; EWKB, as PostGIS has it, where the SRID is not 0",
    read: (definition) =>
      definition.columnType === WIRE.geometry
        ? { sourceType: definition.extendedTypeName ?? "geometry", type: "BLOB", format: "geometry" }
        : undefined,
  },
  {
    native: "vector",
    duckdb: "BLOB",
    only: "read",
    note: "its numbers as they are stored: little-endian floats",
    read: (definition) =>
      definition.columnType === WIRE.vector || definition.extendedTypeName === "vector"
        ? { sourceType: "vector", ...BYTES, note: "a vector is kept as bytes: little-endian floats" }
        : undefined,
  },
  {
    native: "enum, set",
    duckdb: "VARCHAR",
    only: "read",
    read: readSet,
  },
  {
    native: "char(n), varchar(n), text and its sizes",
    duckdb: "VARCHAR",
    note: `written as longtext; in a key as varchar(${KEY_LENGTH}) that tells all texts apart`,
    read: (definition) =>
      isString(definition) && definition.characterSet !== BINARY_CHARSET
        ? { sourceType: textType(definition), ...TEXT }
        : undefined,
    write: (type, options) => (type === "VARCHAR" ? longText(options) : undefined),
  },
  {
    native: "binary(n), varbinary(n), blob and its sizes",
    duckdb: "BLOB",
    note: `written as longblob; in a key as varbinary(${KEY_LENGTH})`,
    read: (definition) =>
      isString(definition) && definition.characterSet === BINARY_CHARSET
        ? { sourceType: bytesType(definition), ...BYTES }
        : undefined,
    write: (type, { key }) => (type === "BLOB" ? (key ? `varbinary(${KEY_LENGTH})` : "longblob") : undefined),
  },
  {
    native: "no type",
    duckdb: "VARCHAR",
    only: "read",
    note: "SELECT NULL",
    read: whenWire(WIRE.null, { sourceType: "null", type: "VARCHAR", format: "null" }),
  },
  {
    native: "any other",
    duckdb: "VARCHAR or BLOB",
    only: "read",
    note: "as it comes, by its charset; told in a warning",
    read: (definition) => ({
      sourceType: `type ${definition.columnType}`,
      ...(definition.characterSet === BINARY_CHARSET ? BYTES : TEXT),
      note: "the driver does not know the type, and keeps what the server sends",
    }),
  },
  {
    native: "decimal(39,0)",
    duckdb: "HUGEINT, UHUGEINT",
    only: "write",
    write: (type) => (type === "HUGEINT" || type === "UHUGEINT" ? "decimal(39,0)" : undefined),
  },
  { native: "time(6)", duckdb: "TIME", only: "write", write: whenType("TIME", "time(6)") },
  { native: "datetime", duckdb: "TIMESTAMP_S", only: "write", write: whenType("TIMESTAMP_S", "datetime") },
  {
    native: "datetime(3)",
    duckdb: "TIMESTAMP_MS",
    only: "write",
    write: whenType("TIMESTAMP_MS", "datetime(3)"),
  },
  {
    native: "json",
    duckdb: "lists, structs, maps, unions",
    only: "write",
    write: (type) => (isNested(type) ? "json" : undefined),
  },
  {
    native: "longtext",
    duckdb: "TIMESTAMP_NS, TIME_NS, TIME WITH TIME ZONE, BIT, BIGNUM, ENUM",
    only: "write",
    note: "as DuckDB spells the values",
    write: (type, options) =>
      /^(TIMESTAMP_NS|TIME_NS|TIME WITH TIME ZONE|BIT|BIGNUM|ENUM\b.*)$/s.test(type)
        ? longText(options)
        : undefined,
  },
];

/** The table of types, for people. */
export const TYPE_MAP: readonly TypeMapping[] = TYPE_RULES.map(({ native, duckdb, only, note }) => ({
  native,
  duckdb,
  ...(only === undefined ? {} : { only }),
  ...(note === undefined ? {} : { note }),
}));

/**
 * The type that a column of a new table has, for CREATE TABLE; whether it takes NULL is not said. A `timestamp` needs the word NULL where
 * it may be.
 * @throws OsirisError `mysql.unsupported_type`
 */
export function mysqlTypeFor(column: Column, options: CreateOptions): string {
  for (const { write } of TYPE_RULES) {
    const type = write?.(column.type, options);
    if (type !== undefined) return type;
  }
  throw cannotStore(column);
}

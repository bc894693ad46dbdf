import { OsirisError, type Column, type TypeMapping } from "@osiris/core";
import type { ServerInfo } from "../connection/session.ts";
import type { TypeSettings } from "./source-column.ts";
import {
  BINARY_CHARSET,
  ENUM_FLAG,
  SET_FLAG,
  UNSIGNED_FLAG,
  WIRE,
  type ColumnDefinition,
  type WireFormat,
} from "./wire-types.ts";

/** What a column definition becomes. */
export interface Reading {
  readonly sourceType: string;
  readonly type: string;
  readonly format: WireFormat;
  readonly note?: string;
}

export interface CreateOptions {
  /** Whether the column is part of the primary key: a key's text has to have a length. */
  readonly key: boolean;
  readonly product: ServerInfo["product"];
}

/** A mapping, and the two functions that do it: the table that users read cannot say what the code does not do. */
export interface TypeRule extends TypeMapping {
  /** undefined: the column is of another type. Absent: no type of the server's is read so. */
  readonly read?: (definition: ColumnDefinition, settings: TypeSettings) => Reading | undefined;
  /** undefined: the DuckDB type is another one. Absent: create_table never makes it. */
  readonly write?: (type: string, options: CreateOptions) => string | undefined;
}

/** DuckDB's widest DECIMAL. */
const MAX_DIGITS = 38;
/** MariaDB has 38. */
const MAX_MYSQL_DECIMALS = 30;
/** A key of the InnoDB engine has at most 3,072 bytes, and its text four bytes for a character. */
export const KEY_LENGTH = 255;

type Read = NonNullable<TypeRule["read"]>;
type Write = NonNullable<TypeRule["write"]>;

export const TEXT = { type: "VARCHAR", format: "text" } as const;
export const BYTES = { type: "BLOB", format: "blob" } as const;

export function whenWire(wireType: number, reading: Reading): Read {
  return ({ columnType }) => (columnType === wireType ? reading : undefined);
}

export function whenExtended(name: string, reading: Reading): Read {
  return ({ extendedTypeName }) => (extendedTypeName === name ? reading : undefined);
}

export function whenType(duckdb: string, mysql: string): Write {
  return (type) => (type === duckdb ? mysql : undefined);
}

/** The signed and the unsigned type. */
export function wholeNumber(
  mysql: string,
  duckdb: string,
  wireType: number,
  format: WireFormat,
): readonly TypeRule[] {
  return [false, true].map((unsigned) => {
    const sourceType = unsigned ? `${mysql} unsigned` : mysql;
    const type = unsigned ? `U${duckdb}` : duckdb;
    return {
      native: sourceType,
      duckdb: type,
      read: (definition) =>
        definition.columnType === wireType && isUnsigned(definition) === unsigned
          ? { sourceType, type, format }
          : undefined,
      write: whenType(type, sourceType),
    };
  });
}

export function readDecimal(definition: ColumnDefinition): Reading | undefined {
  if (!isDecimal(definition)) return undefined;
  const digits = digitsOf(definition);
  if (digits > MAX_DIGITS) return undefined;
  const { decimals } = definition;
  return {
    sourceType: spelledDecimal(definition),
    type: `DECIMAL(${digits},${decimals})`,
    format: "decimal",
  };
}

export function readLongDecimal(definition: ColumnDefinition): Reading | undefined {
  if (!isDecimal(definition)) return undefined;
  const note = `it has more than DECIMAL's ${MAX_DIGITS} digits and is kept as text; a query can cast it to fewer`;
  return { sourceType: spelledDecimal(definition), ...TEXT, note };
}

function isDecimal({ columnType }: ColumnDefinition): boolean {
  return columnType === WIRE.decimal || columnType === WIRE.oldDecimal;
}

/** The length that the server tells counts the sign, which only an unsigned number lacks, and the point. */
function digitsOf(definition: ColumnDefinition): number {
  const { columnLength, decimals } = definition;
  const digits = columnLength - (isUnsigned(definition) ? 0 : 1) - (decimals > 0 ? 1 : 0);
  return Math.max(digits, decimals, 1);
}

function spelledDecimal(definition: ColumnDefinition): string {
  const unsigned = isUnsigned(definition) ? " unsigned" : "";
  return `decimal(${digitsOf(definition)},${definition.decimals})${unsigned}`;
}

export function writeDecimal(type: string, options: CreateOptions): string | undefined {
  const match = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type);
  if (match === null) return undefined;
  const [, digits, decimals] = match;
  if (options.product === "MySQL" && Number(decimals) > MAX_MYSQL_DECIMALS) return longText(options);
  return `decimal(${digits},${decimals})`;
}

export function readDate({ columnType }: ColumnDefinition, { zeroDates }: TypeSettings): Reading | undefined {
  if (columnType !== WIRE.date && columnType !== WIRE.newDate) return undefined;
  return zeroDates === "text"
    ? { sourceType: "date", type: "VARCHAR", format: "date_text" }
    : { sourceType: "date", type: "DATE", format: "date" };
}

export function readTimestamp(wireType: number, mysql: string, duckdb: string): Read {
  return (definition, { zeroDates }) => {
    if (definition.columnType !== wireType) return undefined;
    const sourceType = `${mysql}${fraction(definition)}`;
    return zeroDates === "text"
      ? { sourceType, type: "VARCHAR", format: "datetime_text" }
      : { sourceType, type: duckdb, format: "datetime" };
  };
}

/** The digits of the seconds' fraction, as MySQL spells them in a type. */
export function fraction({ decimals }: ColumnDefinition): string {
  return decimals > 0 && decimals <= 6 ? `(${decimals})` : "";
}

export function readSet(definition: ColumnDefinition): Reading | undefined {
  const { columnType, characterSet, flags } = definition;
  if (characterSet === BINARY_CHARSET) return undefined;
  if ((flags & ENUM_FLAG) !== 0 || columnType === WIRE.enum) return { sourceType: "enum", ...TEXT };
  if ((flags & SET_FLAG) !== 0 || columnType === WIRE.set) return { sourceType: "set", ...TEXT };
  return undefined;
}

const STRING_TYPES: ReadonlySet<number> = new Set([
  WIRE.varchar,
  WIRE.enum,
  WIRE.set,
  WIRE.tinyBlob,
  WIRE.mediumBlob,
  WIRE.longBlob,
  WIRE.blob,
  WIRE.varString,
  WIRE.string,
]);

export function isString({ columnType }: ColumnDefinition): boolean {
  return STRING_TYPES.has(columnType);
}

export function textType({ columnType, columnLength, characterSet }: ColumnDefinition): string {
  const width = characterBytes(characterSet);
  if (columnType === WIRE.string) return `char(${Math.ceil(columnLength / width)})`;
  if (columnType === WIRE.varString || columnType === WIRE.varchar)
    return `varchar(${Math.ceil(columnLength / width)})`;
  return `${sizeOf(columnLength, width)}text`;
}

export function bytesType({ columnType, columnLength }: ColumnDefinition): string {
  if (columnType === WIRE.string) return `binary(${columnLength})`;
  if (columnType === WIRE.varString || columnType === WIRE.varchar) return `varbinary(${columnLength})`;
  return `${sizeOf(columnLength, 1)}blob`;
}

/** The types of text and blobs are one on the wire; what tells them apart is how much they hold. */
function sizeOf(length: number, width: number): string {
  if (length <= 255 * width) return "tiny";
  if (length <= 65_535 * width) return "";
  return length <= 16_777_215 * width ? "medium" : "long";
}

/** The most bytes of a character, by the number of the charset's collation: of UTF-8 in four, in three, and of all others. */
function characterBytes(collation: number): number {
  const four = [45, 46, 255].includes(collation) || (collation >= 224 && collation <= 247);
  if (four || (collation > 255 && collation <= 323)) return 4;
  return [33, 76, 83, 223].includes(collation) || (collation >= 192 && collation <= 215) ? 3 : 1;
}

function isUnsigned({ flags }: ColumnDefinition): boolean {
  return (flags & UNSIGNED_FLAG) !== 0;
}

export function isNested(type: string): boolean {
  return /(\[\d*\]|^(STRUCT|MAP|UNION)\(.*)$/s.test(type);
}

/**
 * A type for texts of any length. In a key it has a length, and a collation that tells all texts apart, as DuckDB does: with the
 * server's own "a", "A" and "a " would be one key.
 */
export function longText({ key, product }: CreateOptions): string {
  if (!key) return "longtext";
  const collation = product === "MariaDB" ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
  return `varchar(${KEY_LENGTH}) CHARACTER SET utf8mb4 COLLATE ${collation}`;
}

export function cannotStore({ name, type }: Column): OsirisError {
  return new OsirisError({
    code: "mysql.unsupported_type",
    category: "usage",
    message: `The column "${name}" has the type ${type}, for which MySQL has no type`,
    hint: `Cast it in SQL before the writer, to VARCHAR say, or make the table beforehand.`,
  });
}

import { OsirisError, isOsirisError, type ErrorCategory } from "../errors.ts";

interface Reading {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly hint?: string;
}

/**
 * DuckDB's exception types. The Node client shows them in messages only: before " Error:", or in JSON (https://github.com/duckdb/duckdb/blob/main/src/common/exception.cpp).
 */
const READINGS: Readonly<Record<string, Reading>> = {
  Parser: { code: "sql.syntax", category: "usage" },
  Binder: { code: "sql.binding", category: "usage" },
  Catalog: { code: "sql.unknown_name", category: "usage" },
  Conversion: { code: "sql.conversion", category: "data" },
  "Out of Range": { code: "sql.out_of_range", category: "data" },
  "Invalid Input": { code: "sql.invalid_input", category: "data" },
  Constraint: { code: "sql.constraint", category: "data" },
  Permission: {
    code: "database.file_refused",
    category: "usage",
    hint: "A step reaches only the files that its own config names.",
  },
  "Out of Memory": {
    code: "database.out_of_memory",
    category: "resource",
    hint: "Raise --memory-limit, give --temp-directory a disk with room, or raise --max-temp-size.",
  },
  IO: { code: "database.io", category: "external" },
  INTERRUPT: { code: "run.cancelled", category: "cancelled" },
  FATAL: { code: "database.fatal", category: "internal" },
  INTERNAL: { code: "database.internal", category: "internal" },
};

/** What DuckDB says of an error; all of it where `errors_as_json` is set. */
export interface DuckDbError {
  readonly exception_type: string;
  readonly exception_message: string;
  readonly error_subtype?: string;
  /** An index into the statement: of UTF-8 bytes, from the parser of code points. */
  readonly position?: string;
  readonly name?: string;
  readonly call?: string;
  readonly candidates?: string;
}

const TYPED = /^(?:Failed to extract statements: )?(?<type>[A-Z][A-Za-z ]*?) Error: (?<message>.*)$/s;
const UNKNOWN = "Unknown";
/** What the buffer manager says: `(37.3 MiB/38.1 MiB used)`. */
const OUT_OF_MEMORY = /\([\d.]+ \w+\/[\d.]+ \w+ used\)/;

/** Reads both forms of DuckDB's errors. The type of anything else is unknown. */
export function readError(error: unknown): DuckDbError {
  const text = error instanceof Error ? error.message : String(error);
  const json = /^(?:[A-Z][A-Za-z :]* Error: |Failed to append: )?(?<json>\{.*\})$/s.exec(text)?.groups?.[
    "json"
  ];
  try {
    const read = JSON.parse(json ?? "null") as Partial<DuckDbError> | null;
    const { exception_type: type, exception_message: message } = read ?? {};
    if (typeof type === "string" && typeof message === "string") {
      return { ...read, exception_type: typeOf(type, message), exception_message: message };
    }
  } catch {
    // It is as it is.
  }
  const { type = UNKNOWN, message = text } = TYPED.exec(text)?.groups ?? {};
  return { exception_type: typeOf(type, message), exception_message: message };
}

/** A commit hands memory that runs out on without its type, and all that comes after one that has failed so is FATAL. */
function typeOf(type: string, message: string): string {
  return (type === UNKNOWN || type === "FATAL") && OUT_OF_MEMORY.test(message) ? "Out of Memory" : type;
}

/** True when the error names one of DuckDB's exception types. */
export function hasDuckDbType(error: unknown): boolean {
  return readError(error).exception_type !== UNKNOWN;
}

/** What DuckDB tells its own users to set: here nobody can. */
const ADVICE = /\n\n(?:Possible solutions:|Use "SET ).*$/s;

/** A DuckDB error as an {@link OsirisError}, with its words and the place in the statement `sql`. */
export function fromDuckDb(error: unknown, sql?: string): OsirisError {
  if (isOsirisError(error)) return error;
  const { exception_type: type, exception_message: message, position } = readError(error);
  const reading = READINGS[type] ?? { code: "database.error", category: "internal" as const };
  const index = type === "Parser" ? indexOfCodePoint : indexOfByte;
  const place = sql === undefined || position === undefined ? {} : { position: index(sql, Number(position)) };
  return new OsirisError({
    ...reading,
    message: message.replace(ADVICE, "").trim(),
    ...(sql === undefined ? {} : { sql: { text: sql, ...place } }),
    cause: error,
  });
}

/** The UTF-16 unit at a code point: the parser counts those, and the rest of DuckDB bytes. */
export function indexOfCodePoint(text: string, codePoint: number): number {
  return Array.from(text).slice(0, codePoint).join("").length;
}

/** The UTF-16 unit at a byte of the text in UTF-8. */
export function indexOfByte(text: string, byte: number): number {
  return Buffer.from(text, "utf8").subarray(0, byte).toString("utf8").length;
}

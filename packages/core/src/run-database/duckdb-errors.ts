import { OsirisError, isOsirisError, type ErrorCategory } from "../errors.ts";

interface Reading {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly hint?: string;
}

/**
 * DuckDB's exception types as they stand before " Error:" in its messages, the only place where the Node client
 * shows them (https://github.com/duckdb/duckdb/blob/main/src/common/exception.cpp).
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

const TYPED = /^(?:Failed to extract statements: )?(?<type>[A-Z][A-Za-z ]*?) Error: (?<message>.*)$/s;

/** True when the error names one of DuckDB's exception types. */
export function hasDuckDbType(error: unknown): boolean {
  return error instanceof Error && TYPED.test(error.message);
}

/** A DuckDB error as an {@link OsirisError}. The message keeps DuckDB's words without its type prefix. */
export function fromDuckDb(error: unknown): OsirisError {
  if (isOsirisError(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  const { type = "", message = text } = TYPED.exec(text)?.groups ?? {};
  const reading = READINGS[type] ?? { code: "database.error", category: "internal" as const };
  return new OsirisError({ ...reading, message: message.trim(), cause: error });
}

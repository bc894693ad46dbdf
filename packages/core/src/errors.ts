import { inspect } from "node:util";

/** Marks Osiris errors across copies of this package, where `instanceof` would lie. */
const MARK = Symbol.for("osiris.error");

/** Whose move it is: the first question a reader of an error has. */
export type ErrorCategory =
  /** The pipeline file, an option or the environment: the user changes something. */
  | "usage"
  /** The data, or what a statement does with it. */
  | "data"
  /** A file, a server, the network. */
  | "external"
  /** Memory, disk, a lock. */
  | "resource"
  /** The user or a timeout ended the work. */
  | "cancelled"
  /** A defect in a driver or in Osiris. */
  | "internal";

export interface ErrorDetails {
  /** Stable, dotted, lower case: `csv.file_not_found`. Scripts may branch on it. */
  readonly code: string;
  readonly category: ErrorCategory;
  /** What failed and why, in plain words, without secrets. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** True when the same call may succeed later without a change. @default false */
  readonly retryable?: boolean;
  /** How long the other side asks to wait before the next try, in milliseconds. A shorter wait is no use. */
  readonly retryAfterMs?: number;
  /** The statement that failed, where it was one. */
  readonly sql?: FailedSql;
  readonly cause?: unknown;
}

export interface FailedSql {
  readonly text: string;
  /** Where in the text, as an index of UTF-16 units; DuckDB does not always know. */
  readonly position?: number;
}

/** The one error type that crosses package borders. Recognise it with {@link isOsirisError}. */
export class OsirisError extends Error {
  override readonly name = "OsirisError";
  readonly code: string;
  readonly category: ErrorCategory;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly sql: FailedSql | undefined;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.category = details.category;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.sql = details.sql;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** True for an {@link OsirisError} of any copy of this package. */
export function isOsirisError(error: unknown): error is OsirisError {
  return typeof error === "object" && error !== null && MARK in error;
}

/** The error itself when it is ours, one of the system as such, anything else as an internal one with its cause. */
export function toOsirisError(error: unknown, doing: string): OsirisError {
  if (isOsirisError(error)) return error;
  const reason = reasonOf(error);
  const system = systemReading(error);
  if (system !== undefined) {
    const [category, hint] = system;
    const code = `system.${String((error as NodeJS.ErrnoException).code).toLowerCase()}`;
    return new OsirisError({ code, category, message: `${doing}: ${reason}`, hint, cause: error });
  }
  return new OsirisError({
    code: "internal.unexpected",
    category: "internal",
    message: `${doing}: ${reason}`,
    hint: "This is a defect, in the driver or in Osiris. Please report it with the run folder's logs.",
    cause: error,
  });
}

/** Anything can be thrown. */
function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : inspect(error);
}

/** What the operating system refuses, and whose move it is. */
const SYSTEM: Readonly<Record<string, readonly [category: ErrorCategory, hint: string]>> = {
  EACCES: ["usage", "Check the permissions of the file and its folder."],
  EPERM: ["usage", "Check the permissions of the file and its folder."],
  ENOENT: ["usage", "Check the path."],
  ENOTDIR: ["usage", "A part of the path is a file, not a folder."],
  EEXIST: ["usage", "Something else has this name."],
  EISDIR: ["usage", "Name a file, not a folder."],
  ENAMETOOLONG: ["usage", "Choose a shorter name."],
  EROFS: ["resource", "The file system is read-only."],
  ENOSPC: ["resource", "The disk is full: make room, or write somewhere else."],
  EDQUOT: ["resource", "The disk quota is used up: make room, or write somewhere else."],
  EMFILE: ["resource", "Too many files are open: raise the limit (ulimit -n)."],
};

function systemReading(error: unknown): (typeof SYSTEM)[string] | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  return SYSTEM[String(error.code)];
}

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
  readonly cause?: unknown;
}

/** The one error type that crosses package borders. Recognise it with {@link isOsirisError}. */
export class OsirisError extends Error {
  override readonly name = "OsirisError";
  readonly code: string;
  readonly category: ErrorCategory;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.category = details.category;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** True for an {@link OsirisError} of any copy of this package. */
export function isOsirisError(error: unknown): error is OsirisError {
  return typeof error === "object" && error !== null && MARK in error;
}

/** The error itself when it is ours, else an internal one that keeps it as its cause. */
export function toOsirisError(error: unknown, doing: string): OsirisError {
  if (isOsirisError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new OsirisError({
    code: "internal.unexpected",
    category: "internal",
    message: `${doing}: ${reason}`,
    hint: "This is a defect, in the driver or in Osiris. Please report it with the run folder's logs.",
    cause: error,
  });
}

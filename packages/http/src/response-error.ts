import { OsirisError, type ErrorCategory } from "@osiris/core";
import { excerpt } from "./excerpt.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What answers of a status other than 2xx mean. */
export interface ResponseErrorOptions {
  /** Who answered, as users know it: `The GraphQL API`. */
  readonly who: string;
  /** A text of the answer that says why, without secrets. Shown as an {@link excerpt}. */
  readonly reason?: string;
  /** What to do, where the caller knows better: which field of the connection holds the token. @default by the status */
  readonly hint?: string;
}

interface Reading {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly what: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/**
 * The error that an answer stands for, by its status: `http.unauthorized` (401), `http.forbidden` (403), `http.not_found` (404, 410),
 * `http.rate_limited` (429, or 403 of a limit; retryable, with `retryAfterMs`), `http.server_error` (5xx and 408; retryable),
 * `http.refused` (other 4xx, 501, 505), `http.redirected`.
 */
export function responseError(response: Response, options: ResponseErrorOptions): OsirisError {
  const { status, headers } = response;
  const { code, category, what, hint, retryable = false } = readingOf(status, headers);
  const reason = excerpt(options.reason ?? "");
  const asked = retryable ? retryAfterMs(headers) : undefined;
  return new OsirisError({
    code,
    category,
    message: `${options.who} ${what} (status ${status})${reason === "" ? "" : `: ${reason}`}`,
    hint: options.hint ?? hint,
    retryable,
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  });
}

function readingOf(status: number, headers: Headers): Reading {
  if (status === 429 || (status === 403 && isLimit(headers))) return LIMITED;
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return FAILED;
  if (status >= 400) return REFUSED;
  if (status >= 300) return REDIRECTED;
  return {
    code: "http.refused",
    category: "external",
    what: "gave an answer that cannot be used",
    hint: "Check the URL.",
  };
}

/** GitHub's way: its secondary limit is a 403 with Retry-After, its first one a 403 with nothing left. */
function isLimit(headers: Headers): boolean {
  return headers.has("retry-after") || headers.get("x-ratelimit-remaining")?.trim() === "0";
}

const LIMITED: Reading = {
  code: "http.rate_limited",
  category: "external",
  what: "limits how often it is asked",
  hint: "Set a rate limit on the connection, or ask for larger pages.",
  retryable: true,
};

const FAILED: Reading = {
  code: "http.server_error",
  category: "external",
  what: "failed",
  hint: "The server is at fault, or overloaded: another try may succeed.",
  retryable: true,
};

const REFUSED: Reading = {
  code: "http.refused",
  category: "usage",
  what: "refuses the request",
  hint: "Check the request: the same one will be refused again.",
};

const REDIRECTED: Reading = {
  code: "http.redirected",
  category: "usage",
  what: "answers with a redirect that leads nowhere",
  hint: "Check the URL.",
};

const GONE: Reading = {
  code: "http.not_found",
  category: "usage",
  what: "has nothing at this URL",
  hint: "Check the URL; some servers say this, too, when a login has too few rights.",
};

const BY_STATUS: Readonly<Record<number, Reading>> = {
  401: {
    code: "http.unauthorized",
    category: "usage",
    what: "does not accept the login, or asks for one",
    hint: "Check the connection's credentials: they may be missing, mistyped or expired.",
  },
  403: {
    code: "http.forbidden",
    category: "usage",
    what: "does not allow this",
    hint: "The login is known but has too few rights.",
  },
  404: GONE,
  408: { ...FAILED, what: "waited too long for the request" },
  410: GONE,
  413: { ...REFUSED, what: "finds the request too large" },
  // Not built, and not going to be by another try.
  501: REFUSED,
  505: REFUSED,
};

/** The largest answer is bounded, and this one is larger. */
export function responseTooLarge(maxBytes: number): OsirisError {
  const mebibytes = maxBytes / (1024 * 1024);
  const limit = mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${maxBytes} bytes`;
  return new OsirisError({
    code: "http.response_too_large",
    category: "external",
    message: `The server's answer is larger than ${limit}, the largest that is allowed`,
    hint: "Ask for smaller pages, or allow larger answers.",
  });
}

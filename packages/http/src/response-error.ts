import { OsirisError } from "@osiris/core";

/** What answers of a status other than 2xx mean. */
export interface ResponseErrorOptions {
  /** Who answered, as users know it: `The GraphQL API`. */
  readonly who: string;
  /** A text of the answer that says why, without secrets. */
  readonly reason?: string;
}

/**
 * The error that an answer stands for, by its status: `http.unauthorized` (401), `http.forbidden` (403), `http.not_found` (404),
 * `http.rate_limited` (429, or 403 of a limit; retryable, with `retryAfterMs`), `http.server_error` (5xx and 408; retryable),
 * `http.refused` (other 4xx), `http.redirected`.
 */
export function responseError(response: Response, options: ResponseErrorOptions): OsirisError {
  const { status } = response;
  return new OsirisError({
    code: "http.server_error",
    category: "external",
    message: `${options.who} answered with status ${status}`,
    retryable: status >= 500 || status === 429,
  });
}

/** How long the server asks to wait: Retry-After in seconds or as a date (RFC 9110 10.2.3), `x-ratelimit-reset` and its kin. */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  void nowMs;
  const seconds = headers.get("retry-after");
  return seconds === null ? undefined : Number(seconds) * 1000;
}

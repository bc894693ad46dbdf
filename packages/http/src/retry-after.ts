/**
 * How long the server asks to wait, in milliseconds: Retry-After in seconds or as a date (RFC 9110 10.2.3); else, when nothing of a
 * limit is left, its reset: `X-RateLimit-Reset` (GitHub: seconds since 1970), `RateLimit-Reset` and `RateLimit` (seconds from now).
 * Undefined when it does not ask. Moments are compared with the answer's own Date, so that clocks may differ.
 * @param nowMs for answers without a Date
 */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  const now = dateMs(headers.get("date")) ?? nowMs;
  const asked = fromRetryAfter(headers.get("retry-after"), now) ?? fromLimit(headers, now);
  return asked === undefined ? undefined : Math.max(0, Math.ceil(asked));
}

function fromRetryAfter(value: string | null, now: number): number | undefined {
  const seconds = number(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = dateMs(value);
  return date === undefined ? undefined : date - now;
}

function fromLimit(headers: Headers, now: number): number | undefined {
  const combined = headers.get("ratelimit");
  const remaining =
    number(headers.get("x-ratelimit-remaining")) ??
    number(headers.get("ratelimit-remaining")) ??
    number(/(?:^|[\s;,])(?:r|remaining)=(\d+)/.exec(combined ?? "")?.[1]);
  if (remaining !== undefined && remaining > 0) return undefined;
  const reset =
    number(headers.get("x-ratelimit-reset")) ??
    number(headers.get("ratelimit-reset")) ??
    number(/(?:^|[\s;,])(?:t|reset)=(\d+)/.exec(combined ?? "")?.[1]);
  return reset === undefined ? undefined : untilReset(reset, now);
}

/** Some servers count from 1970, in seconds or milliseconds, some from now. */
function untilReset(reset: number, now: number): number {
  if (reset > 1e12) return reset - now;
  if (reset > 1e9) return reset * 1000 - now;
  return reset * 1000;
}

function number(text: string | null | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** Date.parse takes much else for a date. */
function dateMs(text: string | null): number | undefined {
  if (text === null || !/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(text.trim())) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

import { describe, expect, test } from "vitest";
import { responseError, retryAfterMs } from "@osiris/http";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const DATE = "Thu, 01 Jan 2026 00:00:00 GMT";

describe("what an answer stands for", () => {
  test.each([
    [301, {}, "http.redirected", false],
    [400, {}, "http.refused", false],
    [401, {}, "http.unauthorized", false],
    [403, {}, "http.forbidden", false],
    [403, { "retry-after": "5" }, "http.rate_limited", true],
    [403, { "x-ratelimit-remaining": "0" }, "http.rate_limited", true],
    [403, { "x-ratelimit-remaining": "1" }, "http.forbidden", false],
    [404, {}, "http.not_found", false],
    [408, {}, "http.server_error", true],
    [410, {}, "http.not_found", false],
    [413, {}, "http.refused", false],
    [418, {}, "http.refused", false],
    [429, {}, "http.rate_limited", true],
    [500, {}, "http.server_error", true],
    [501, {}, "http.refused", false],
    [503, {}, "http.server_error", true],
    [599, {}, "http.server_error", true],
  ] as const)("%i %j", (status, headers, code, retryable) => {
    const error = responseError(new Response("body", { status, headers }), { who: "The API" });
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).toMatch(/^The API /);
    expect(error.message).toContain(String(status));
    expect(error.hint).not.toBe("");
  });

  test("with the reason, the caller's hint, and how long to wait", () => {
    const response = new Response(null, { status: 503, headers: { "retry-after": "7" } });
    expect(responseError(response, { who: "The API", reason: " down \n", hint: "Wait." })).toMatchObject({
      message: "The API failed (status 503): down",
      hint: "Wait.",
      retryAfterMs: 7000,
    });
    const refused = new Response(null, { status: 400, headers: { "retry-after": "7" } });
    expect(responseError(refused, { who: "The API" }).retryAfterMs).toBeUndefined();
  });
});

test("a reason may be a whole page: it is shown on one line, cut, without control characters", () => {
  const reason = `<html>\r\n\u001b[31m\u0000${"x".repeat(100_000)}`;
  const { message } = responseError(new Response(null, { status: 502 }), { who: "The API", reason });
  expect(message).toMatch(/^The API failed \(status 502\): <html> \[31m x{200,300}…$/);
});

describe("how long to wait", () => {
  test.each([
    [{}, undefined],
    [{ "retry-after": "120" }, 120_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "2026-01-01" }, undefined],
    [{ "retry-after": "1e9" }, undefined],
    [{ "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }, 60_000],
    [{ "retry-after": "Thursday, 01-Jan-26 00:01:00 GMT" }, 60_000],
    [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    // The server's clock is an hour ahead.
    [{ "retry-after": "Thu, 01 Jan 2026 01:01:00 GMT", date: "Thu, 01 Jan 2026 01:00:00 GMT" }, 60_000],
    [{ "retry-after": "3", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "99" }, 3000],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1000 + 90), date: DATE }, 90_000],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW + 90_000) }, 90_000],
    [{ "x-ratelimit-remaining": "10", "x-ratelimit-reset": String(NOW / 1000 + 90) }, undefined],
    [{ "ratelimit-remaining": "0", "ratelimit-reset": "30" }, 30_000],
    [{ "ratelimit-remaining": "5", "ratelimit-reset": "30" }, undefined],
    [{ ratelimit: "limit=100, remaining=0, reset=30" }, 30_000],
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: '"default";r=50;t=30' }, undefined],
  ] as const)("%j", (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected);
  });
});

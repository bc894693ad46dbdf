import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { extractorProject, type ExtractorRun, type ProjectOptions } from "./run-extractor.ts";
import { answer, movies, startApi, type Api, type Fault } from "./server/api.ts";

const QUERY = "{ list { id title } }";
const RELAY = `query Movies($after: String) {
  movies(first: 10, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } }
}`;
const ONE = { data: { list: [{ id: "1", title: "One" }] } };
const IDS = "SELECT id FROM films";
const FAST = { retry_delay: 0.1 };

async function run(
  api: Api,
  config: Readonly<Record<string, unknown>> = {},
  options?: ProjectOptions,
): Promise<ExtractorRun> {
  return extractorProject({ endpoint: api.url, query: QUERY, ...FAST, ...config }, options).run();
}

/** Fails the first requests, and passes the others on. */
function first(count: number, fault: Fault): Fault {
  return (n, ...rest) => (n <= count ? fault(n, ...rest) : "pass");
}

const error = (message: string, more: object = {}): object => ({ errors: [{ message, ...more }] });
const coded = (code: string): object => ({ data: null, ...error("No", { extensions: { code } }) });

describe("logging in", () => {
  const TOKEN = "s3cr3t-token";
  const environment = { TOKEN, USER: "reader" };

  test.each([
    ["bearer", { auth_token: "${TOKEN}" }, { authorization: `Bearer ${TOKEN}` }],
    ["api_key", { auth_token: "${TOKEN}" }, { "x-api-key": TOKEN }],
    ["api_key", { auth_token: "${TOKEN}", auth_header_name: "X-Shop-Token" }, { "x-shop-token": TOKEN }],
    [
      "basic",
      { auth_token: "${TOKEN}", auth_username: "${USER}" },
      { authorization: `Basic ${Buffer.from(`reader:${TOKEN}`).toString("base64")}` },
    ],
  ])("by %s sends the header of it", async (auth_type, config, headers) => {
    const api = await startApi(movies(1));
    const done = await run(api, { auth_type, ...config }, { environment });
    expect(done.error).toBeUndefined();
    expect(api.requests[0]?.headers).toMatchObject(headers);
  });

  test("by headers of the config wins over auth_type, whatever the letters' case", async () => {
    const api = await startApi(movies(1));
    const config = { auth_type: "bearer", auth_token: "${TOKEN}", headers: { AUTHORIZATION: "${USER}" } };
    await run(api, config, { environment });
    expect(api.requests[0]?.headers.authorization).toBe("reader");
  });

  test("by none sends no credentials", async () => {
    const api = await startApi(movies(1));
    await run(api);
    expect(api.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(api.requests[0]?.headers["content-type"]).toBe("application/json");
  });

  test("by basic is refused with a user name that it cannot send", async () => {
    const config = { auth_type: "basic", auth_token: "${TOKEN}", auth_username: "${USER}" };
    const done = await run(await startApi([]), config, { environment: { ...environment, USER: "a:b" } });
    expect(done.error).toMatchObject({ code: "graphql.bad_credentials" });
  });
});

describe("an endpoint", () => {
  test.each([["no url"], ["ftp://example.com/"], ["http://reader:hunter22@example.com/graphql"]])(
    "%s is refused without being shown",
    async (url) => {
      const done = await run({ url: "${URL}", requests: [] }, {}, { environment: { URL: url } });
      expect(done.error).toMatchObject({ code: "graphql.bad_endpoint" });
      expect(JSON.stringify(done.error)).not.toContain("hunter22");
    },
  );
});

describe("an answer", () => {
  test.each([
    ["application/json; charset=utf-8"],
    ["application/graphql-response+json"],
    ["application/graphql+json"],
    ["text/json"],
    ["text/plain"],
    ["text/html"],
    ["application/octet-stream"],
  ])("of the type %s is taken when it is one of GraphQL", async (type) => {
    const api = await startApi([], (_, __, response) =>
      answer(response, ONE, { headers: { "content-type": type } }),
    );
    expect(await (await run(api)).values(IDS)).toEqual(["1"]);
  });

  test("of no type is taken when it is one of GraphQL", async () => {
    const api = await startApi([], (_, __, response) => {
      response.end(JSON.stringify(ONE));
      return undefined;
    });
    expect(await (await run(api)).values(IDS)).toEqual(["1"]);
  });

  test.each([
    ["errors", null],
    ["errors", []],
    ["extensions", null],
    ["extensions", []],
  ])("with %s that are %j is whole", async (field, empty) => {
    const api = await startApi([], (_, __, response) => answer(response, { ...ONE, [field]: empty }));
    const done = await run(api);
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(["1"]);
  });

  test("with errors that are a text has errors", async () => {
    const api = await startApi([], (_, __, response) => answer(response, { ...ONE, errors: "Out of order" }));
    const done = await run(api);
    expect(done.error).toMatchObject({ code: "graphql.partial_errors" });
    expect(done.error?.message).toContain("Out of order");
  });

  test("with a byte order mark is taken", async () => {
    const text = `\uFEFF${JSON.stringify({ data: { list: [{ id: "1", title: "Amélie" }] } })}`;
    const api = await startApi([], (_, __, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(text);
      return undefined;
    });
    const done = await run(api);
    expect(done.error).toBeUndefined();
    expect(await done.values("SELECT title FROM films")).toEqual(["Amélie"]);
  });

  test.each([["application/json; charset=iso-8859-1"], ["text/plain"]])(
    "of the type %s that is not UTF-8 is an error: its texts would be other ones",
    async (type) => {
      const text = Buffer.from(JSON.stringify({ data: { list: [{ id: "1", title: "Amélie" }] } }), "latin1");
      const api = await startApi([], (_, __, response) => {
        response.writeHead(200, { "content-type": type }).end(text);
        return undefined;
      });
      const done = await run(api);
      expect(done.error).toMatchObject({ code: "graphql.not_utf8", retryable: false });
    },
  );

  test("of status 204 is an error which says that nothing came", async () => {
    const api = await startApi([], (_, __, response) => {
      response.writeHead(204).end();
      return undefined;
    });
    const done = await run(api);
    expect(done.error).toMatchObject({ code: "graphql.not_graphql" });
    expect(done.error?.message).toContain("it sent nothing");
  });

  test.each([
    [
      "a web page",
      "<!doctype html>\n<title>Log in</title>",
      "text/html",
      "a page of text/html: <!doctype html>",
    ],
    ["a web page that says it is JSON", "<html>", "application/json", "no JSON: <html>"],
    ["nothing", "", "application/json", "nothing"],
    ["JSON that is cut off", '{"data": {"li', "application/json", 'no JSON: {"data": {"li'],
    ["a list", "[]", "application/json", "a list"],
    ["a number", "1", "text/plain", "a number"],
    ["other JSON", '{"ok": true}', "application/json", 'neither data nor errors: {"ok": true}'],
    ["data that is a text", '{"data": "x"}', "application/json", "data that is a text"],
  ])("that is %s is an error which says so, and no second request", async (_, body, type, message) => {
    const api = await startApi([], (_, __, response) =>
      answer(response, body, { headers: { "content-type": type } }),
    );
    const done = await run(api);
    expect(done.error).toMatchObject({ code: "graphql.not_graphql" });
    expect(done.error?.message).toContain(message);
    expect(api.requests).toHaveLength(1);
  });

  test("beyond max_response_mb is an error, and no second request", async () => {
    const api = await startApi([], (_, __, response) =>
      answer(response, { data: { list: [], more: "x".repeat(2 ** 21) } }),
    );
    const done = await run(api, { max_response_mb: 1 });
    expect(done.error).toMatchObject({ code: "http.response_too_large" });
    expect(api.requests).toHaveLength(1);
  });

  test("of 100 MB is read where it is allowed", async () => {
    const title = "x".repeat(1000);
    const list = Array.from({ length: 100_000 }, (_, id) => ({ id: String(id), title }));
    const text = JSON.stringify({ data: { list } });
    const api = await startApi([], (_, __, response) => answer(response, text));
    const done = await run(api, { max_response_mb: 128 });
    expect(done.error).toBeUndefined();
    expect(await done.query("SELECT count(*)::INTEGER n, min(length(title))::INTEGER l FROM films")).toEqual([
      { n: 100_000, l: 1000 },
    ]);
    expect(done.metrics).toMatchObject({ bytes_read: text.length });
  });
});

describe("a failed request", () => {
  test.each([
    [400, "http.refused"],
    [401, "http.unauthorized"],
    [403, "http.forbidden"],
    [404, "http.not_found"],
    [422, "http.refused"],
  ])("with status %i is not repeated", async (status, code) => {
    const api = await startApi([], (_, __, response) =>
      answer(response, error("Because of this"), { status }),
    );
    const done = await run(api);
    expect(done.error).toMatchObject({ code, retryable: false });
    expect(done.error?.message).toContain("Because of this");
    expect(api.requests).toHaveLength(1);
  });

  test("is told in the server's words, also where they are not GraphQL's, as with GitHub", async () => {
    const body = { message: "Bad credentials", documentation_url: "https://docs.github.com/graphql" };
    const api = await startApi([], (_, __, response) => answer(response, body, { status: 401 }));
    expect((await run(api)).error?.message).toContain("(status 401): Bad credentials");
  });

  test("of a query that the server does not take is not repeated", async () => {
    const api = await startApi(movies(1));
    const done = await run(api, { query: "{ list { id wrong } }" });
    expect(done.error?.message).toContain('Cannot query field "wrong"');
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    ["UNAUTHENTICATED", "graphql.unauthenticated"],
    ["FORBIDDEN", "graphql.forbidden"],
    ["GRAPHQL_VALIDATION_FAILED", "graphql.invalid_query"],
    ["GRAPHQL_PARSE_FAILED", "graphql.invalid_query"],
    ["BAD_USER_INPUT", "graphql.invalid_query"],
    ["MAX_COST_EXCEEDED", "graphql.cost_too_high"],
    // Hasura's.
    ["invalid-jwt", "graphql.unauthenticated"],
    ["access-denied", "graphql.forbidden"],
    ["validation-failed", "graphql.invalid_query"],
    // GitHub's.
    ["undefinedField", "graphql.invalid_query"],
    ["INTERNAL_SERVER_ERROR", "graphql.errors"],
  ])("with the code %s is not repeated", async (extension, code) => {
    const api = await startApi([], (_, __, response) => answer(response, coded(extension)));
    const done = await run(api);
    expect(done.error).toMatchObject({ code, retryable: false });
    expect(api.requests).toHaveLength(1);
  });

  test.each([[500], [502], [503], [408], [429]])("with status %i is repeated", async (status) => {
    const api = await startApi(
      movies(1),
      first(2, (_, __, response) => answer(response, "busy", { status })),
    );
    const done = await run(api);
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(["1"]);
    expect(done.metrics).toMatchObject({ requests_made: 3, retries: 2 });
    expect(done.events).toContainEqual(
      expect.objectContaining({ event: "graphql.retry", failed_attempt: 2 }),
    );
  });

  test("is repeated as often as max_retries says", async () => {
    const api = await startApi([], (_, __, response) => answer(response, "busy", { status: 503 }));
    const done = await run(api, { max_retries: 1 });
    expect(done.error).toMatchObject({ code: "http.server_error", retryable: true });
    expect(api.requests).toHaveLength(2);
  });

  test.each<[string, Fault]>([
    ["before the answer", (_, __, response) => void response.destroy()],
    [
      "within the body",
      (_, __, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
        response.write('{"data": {"list": [', () => response.destroy());
      },
    ],
    [
      "within a body of chunks",
      (_, __, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"data": {"list": []}}', () => response.destroy());
      },
    ],
  ])("whose connection drops %s is repeated", async (_, fault) => {
    const api = await startApi(movies(1), first(1, fault));
    const done = await run(api);
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(["1"]);
    expect(api.requests).toHaveLength(2);
  });

  test.each<[string, Fault]>([
    ["before the answer", () => undefined],
    [
      "within the body",
      (_, __, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"data": {');
        return undefined;
      },
    ],
  ])("whose server falls silent %s is repeated", async (_, fault) => {
    const api = await startApi(movies(1), first(1, fault));
    const done = await run(api, { timeout: 1 });
    expect(done.error).toBeUndefined();
    expect(await done.values(IDS)).toEqual(["1"]);
    expect(done.metrics).toMatchObject({ retries: 1 });
  });

  test("on a later page loses and doubles nothing", async () => {
    const api = await startApi(movies(25), (n, _, response) =>
      n === 2 || n === 3 ? answer(response, "busy", { status: 503 }) : "pass",
    );
    const done = await run(api, { query: RELAY });
    expect(await done.values(IDS)).toEqual(movies(25).map(({ id }) => id));
  });
});

describe("throttling", () => {
  const cost = (available: number, more: object = {}): object => ({
    cost: {
      requestedQueryCost: 100,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable: available, restoreRate: 200 },
    },
    ...more,
  });
  const THROTTLED = { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }] };

  test("by THROTTLED is waited for, as long as the cost says", async () => {
    const api = await startApi(
      movies(1),
      first(1, (_, __, response) => answer(response, { ...THROTTLED, extensions: cost(0) })),
    );
    const done = await run(api);
    expect(await done.values(IDS)).toEqual(["1"]);
    const retry = done.events.find(({ event }) => event === "graphql.retry");
    expect(retry).toMatchObject({ code: "graphql.throttled" });
    expect(Number(retry?.["wait_ms"])).toBeGreaterThanOrEqual(500);
    expect(Number(done.metrics["throttled_ms"])).toBeGreaterThanOrEqual(500);
  });

  test.each([
    ["THROTTLED beside the data", { data: { list: null }, ...THROTTLED }],
    ["GitHub's type", { data: null, errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] }],
  ])("by %s is waited for", async (_, body) => {
    const api = await startApi(
      movies(1),
      first(1, (_, __, response) => answer(response, body)),
    );
    const done = await run(api, { on_partial: "keep" });
    expect(await done.values(IDS)).toEqual(["1"]);
    expect(done.metrics).toMatchObject({ retries: 1, partial_errors: 0 });
  });

  test("by a cost that is never allowed is an error at once", async () => {
    const extensions = cost(1000, {});
    const body = {
      ...THROTTLED,
      extensions: { cost: { ...Object(extensions).cost, requestedQueryCost: 1001 } },
    };
    const api = await startApi([], (_, __, response) => answer(response, body));
    const done = await run(api);
    expect(done.error).toMatchObject({ code: "graphql.cost_too_high", retryable: false });
    expect(done.error?.message).toContain("up to 1000; this one costs 1001");
    expect(api.requests).toHaveLength(1);
  });

  test("ahead, by a bucket that is too empty for the next page, is waited for", async () => {
    const page = (id: string, hasNextPage: boolean): object => ({
      data: { movies: { nodes: [{ id, title: null }], pageInfo: { hasNextPage, endCursor: id } } },
      extensions: cost(0),
    });
    const api = await startApi([], (n, _, response) => answer(response, page(String(n), n < 2)));
    const done = await run(api, { query: RELAY });
    expect(await done.values(IDS)).toEqual(["1", "2"]);
    expect(Number(done.metrics["throttled_ms"])).toBeGreaterThan(0);
    expect(done.metrics).toMatchObject({ retries: 0 });
    expect(done.events).toContainEqual(
      expect.objectContaining({
        message: expect.stringContaining("the query costs 100, 0 is left, and 200 comes back") as string,
      }),
    );
  });

  const LATER = new Date(Date.now() + 3_600_000).toISOString();
  const more = { nodes: [{ id: "1", title: null }], pageInfo: { hasNextPage: true, endCursor: "a" } };

  test.each<[string, object, Record<string, string>]>([
    ["Shopify's cost", { data: { movies: more }, extensions: cost(-1_000_000) }, {}],
    [
      "GitHub's rateLimit",
      { data: { movies: more, rateLimit: { cost: 2, remaining: 1, resetAt: LATER } } },
      {},
    ],
    ["headers", { data: { movies: more } }, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600" }],
  ])("by %s beyond max_retry_wait is an error, before the next request", async (_, body, headers) => {
    const api = await startApi([], (__, ___, response) => answer(response, body, { headers }));
    const done = await run(api, { query: RELAY, max_retry_wait: 60 });
    expect(done.error).toMatchObject({ code: "graphql.wait_too_long" });
    expect(api.requests).toHaveLength(1);
  });

  test("after the last page does not matter", async () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600" };
    const api = await startApi([], (_, __, response) => answer(response, ONE, { headers }));
    expect((await run(api, { max_retry_wait: 60 })).error).toBeUndefined();
  });

  test.each([
    [429, {}],
    [503, {}],
    [403, { "x-ratelimit-remaining": "0" }],
  ])("by Retry-After with status %i is heeded", async (status, more) => {
    const headers = { "retry-after": "1", ...more };
    const api = await startApi(
      movies(1),
      first(1, (_, __, response) => answer(response, "", { status, headers })),
    );
    const done = await run(api);
    expect(await done.values(IDS)).toEqual(["1"]);
    const retry = done.events.find(({ event }) => event === "graphql.retry");
    expect(Number(retry?.["wait_ms"])).toBeGreaterThanOrEqual(1000);
  });

  test("by GitHub's second limit, a 403 that has it in its words alone, is waited for: a minute", async () => {
    const body = { message: "You have exceeded a secondary rate limit. Please wait a few minutes." };
    const api = await startApi([], (_, __, response) => answer(response, body, { status: 403 }));
    const done = await run(api, { max_retry_wait: 30 });
    expect(done.error).toMatchObject({ code: "graphql.throttled" });
    expect(done.error?.message).toContain("asks to wait 60 seconds");
  });

  test("by Retry-After beyond max_retry_wait is an error that says for how long", async () => {
    const headers = { "retry-after": "3600" };
    const api = await startApi([], (_, __, response) => answer(response, "", { status: 429, headers }));
    const done = await run(api, { max_retry_wait: 60 });
    expect(done.error).toMatchObject({ code: "http.rate_limited", retryable: false });
    expect(api.requests).toHaveLength(1);
  });

  test("ends with the run", async () => {
    const controller = new AbortController();
    const api = await startApi([], (_, __, response) => {
      setTimeout(() => controller.abort(), 100);
      return answer(response, "", { status: 429, headers: { "retry-after": "600" } });
    });
    const project = extractorProject({ endpoint: api.url, query: QUERY });
    const done = await project.run({ signal: controller.signal });
    expect(done.record.status).toBe("cancelled");
    expect(api.requests).toHaveLength(1);
  });
});

describe("max_concurrent", () => {
  /** The most requests that were under way at once, of two steps. */
  async function mostAtOnce(): Promise<number> {
    let now = 0;
    let most = 0;
    const api = await startApi(movies(40), async (): Promise<"pass"> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => void setTimeout(resolve, 50));
      now--;
      return "pass";
    });
    const config = { endpoint: api.url, query: RELAY, max_concurrent: 1 };
    const done = await extractorProject(config, { others: { films_2: {} } }).run();
    expect(done.record.status).toBe("succeeded");
    expect(api.requests).toHaveLength(8);
    return most;
  }

  test("holds for all steps that log in as the same", async () => {
    expect(await mostAtOnce()).toBe(1);
  });
});

test("limits of a step that do not count, since another one with the same login has others, are a warning", async () => {
  const api = await startApi(movies(1));
  const config = { endpoint: api.url, query: QUERY };
  const same = await extractorProject(config, { others: { films_2: {} } }).run();
  expect(same.warnings).toEqual([]);
  const others = { films_2: { rate_limit: { requests: 1, per_seconds: 1 } } };
  const done = await extractorProject(config, { others }).run();
  expect(done.warnings).toEqual([expect.stringContaining("set them on the connection")]);
});

test("a TLS file that cannot be read is an error that names its setting", async () => {
  const done = await run(await startApi([]), { tls_ca: "missing.pem" });
  expect(done.error?.message).toContain("tls_ca");
});

describe("errors beside the data", () => {
  const PARTIAL = "{ list { id broken } }";

  test("fail the step, and the request is not repeated", async () => {
    const api = await startApi(movies(3));
    const done = await run(api, { query: PARTIAL });
    expect(done.error).toMatchObject({ code: "graphql.partial_errors", retryable: false });
    expect(done.error?.message).toContain("at list.1.broken");
    expect(api.requests).toHaveLength(1);
  });

  test("are kept in a table of their own, with on_partial: keep", async () => {
    const body = {
      data: { list: [{ id: "1", title: null }] },
      errors: [
        { message: "One", path: ["list", 0, "title"], extensions: { code: "LATE", at: 9007199254740992 } },
        "no object",
      ],
    };
    const text = JSON.stringify(body).replace("9007199254740992", "9007199254740993");
    const api = await startApi([], (_, __, response) => answer(response, text));
    const done = await run(api, { on_partial: "keep" });
    expect(done.error).toBeUndefined();
    expect(await done.query("SELECT * FROM films__errors")).toEqual([
      {
        page: 1n,
        message: "One",
        path: '["list",0,"title"]',
        code: "LATE",
        extensions: '{"code":"LATE","at":9007199254740993}',
      },
      { page: 1n, message: "no object", path: null, code: null, extensions: null },
    ]);
    expect(done.metrics).toMatchObject({ partial_errors: 2 });
    expect(done.warnings).toContainEqual(expect.stringContaining("2 errors came beside the data"));
  });

  test("of all pages are kept with their page", async () => {
    const query = RELAY.replace("id title", "id broken").replace("first: 10", "first: 2");
    const done = await run(await startApi(movies(5)), { query, on_partial: "keep" });
    expect(await done.values("SELECT page FROM films__errors")).toEqual([1n, 2n]);
    expect(await done.values("SELECT broken FROM films ORDER BY id")).toEqual([
      "whole",
      null,
      "whole",
      null,
      "whole",
    ]);
  });

  test("that do not come leave an empty table", async () => {
    const done = await run(await startApi(movies(1)), { on_partial: "keep" });
    expect(await done.values("SELECT count(*)::INTEGER FROM films__errors")).toEqual([0]);
    expect(done.warnings).toEqual([]);
  });

  test.each([
    ["the rows", { movies: { nodes: null, pageInfo: { hasNextPage: false, endCursor: null } } }],
    ["the connection", { movies: null }],
    ["pageInfo", { movies: { nodes: [], pageInfo: null } }],
    ["hasNextPage", { movies: { nodes: [], pageInfo: { hasNextPage: null, endCursor: null } } }],
    ["the cursor", { movies: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } } }],
  ])("that leave nothing of %s fail, also with on_partial: keep", async (_, data) => {
    const api = await startApi([], (__, ___, response) => answer(response, { data, ...error("Timed out") }));
    const done = await run(api, { query: RELAY, on_partial: "keep" });
    expect(done.error?.message).toContain("Timed out");
    expect(api.requests).toHaveLength(1);
  });
});

test("what a server says is shown on one line, without control characters, and not at length", async () => {
  const said = {
    message: "No\u001b[31m\u0000\u0007",
    path: ["list", "\u009b2J\n\u202e"],
    extensions: { code: `X\u001b]0;${"x".repeat(100_000)}` },
  };
  const api = await startApi([], (_, __, response) => answer(response, { errors: [said] }));
  const { error: shown } = await run(api);
  expect(shown?.message).toContain("No [31m");
  expect(shown?.message).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(shown?.message.length).toBeLessThan(1200);
});

describe("credentials", () => {
  const TOKEN = "tok3n-abcdefghijklmnop";
  const BASIC = Buffer.from(`reader:${TOKEN}`).toString("base64");
  const ENCODED = Buffer.from(TOKEN).toString("base64");
  const echo = {
    message: `bad token ${TOKEN} and ${BASIC}`,
    extensions: { header: [`Basic ${BASIC}`, TOKEN], code: `NOT_${TOKEN}`, [TOKEN]: { base64: ENCODED } },
  };

  test.each<[string, Fault]>([
    ["an error", (_, __, response) => answer(response, { errors: [echo] })],
    ["errors beside data", (_, __, response) => answer(response, { ...ONE, errors: [echo] })],
    ["a status", (_, __, response) => answer(response, { errors: [echo] }, { status: 401 })],
    ["a web page", (_, __, response) => answer(response, `<p>${TOKEN} ${BASIC}`, { status: 200 })],
    ["other JSON", (_, __, response) => answer(response, { token: TOKEN, basic: BASIC })],
    [
      "a failure that is repeated",
      (_, __, response) => answer(response, { errors: [echo] }, { status: 500 }),
    ],
    [
      "a redirect",
      (_, __, response) => answer(response, "", { status: 302, headers: { location: `/login?t=${TOKEN}` } }),
    ],
  ])("that come back in %s are nowhere", async (_, fault) => {
    for (const on_partial of ["fail", "keep"]) {
      const api = await startApi([], fault);
      const config = { auth_type: "basic", auth_username: "${READER}", auth_token: "${TOKEN}", on_partial };
      const done = await run(
        api,
        { ...config, max_retries: 1 },
        { environment: { TOKEN, READER: "reader" } },
      );
      const found = filesWith([TOKEN, BASIC, ENCODED], done.folder);
      expect(found).toEqual([]);
      expect(JSON.stringify(done.record)).not.toContain(TOKEN);
    }
  });

  test("in the endpoint's path are nowhere", async () => {
    const key = "k3y-0123456789abcdef";
    const errors = [{ message: `Not at /api/${key}`, extensions: { key } }];
    const { url } = await startApi([], (_, __, response) => answer(response, { ...ONE, errors }));
    for (const on_partial of ["fail", "keep"]) {
      const done = await run(
        { url: `${url}/\${GRAPH}`, requests: [] },
        { on_partial },
        { environment: { GRAPH: key } },
      );
      expect(filesWith([key], done.folder)).toEqual([]);
    }
  });

  test("in the endpoint's query string are nowhere", async () => {
    const secret = "key+with/üml=uts";
    const forms = [secret, encodeURIComponent(secret), secret.replace("ü", encodeURIComponent("ü"))];
    const errors = forms.map((form) => ({ message: `bad key ${form}`, extensions: { code: form } }));
    const api = await startApi([], (_, __, response) => answer(response, { ...ONE, errors }));
    const url = `${api.url}?key=\${KEY}`;
    for (const on_partial of ["fail", "keep"]) {
      const api = { url, requests: [] };
      const done = await run(api, { on_partial }, { environment: { KEY: secret } });
      expect(done.error?.message ?? "bad key ***").toContain("bad key ***");
      expect(filesWith(forms, done.folder)).toEqual([]);
    }
  });
});

/** The files below a folder that hold one of the texts. */
function filesWith(texts: readonly string[], folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return files.filter((file) => {
    if (!statSync(file).isFile()) return false;
    const content = readFileSync(file);
    return texts.some((text) => content.includes(text));
  });
}

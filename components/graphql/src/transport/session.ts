import type { DriverContext, JsonInput } from "@osiris/core";
import { createHttpClient, Limiter, retrying, type HttpClient, type RateLimit } from "@osiris/http";
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { GraphqlConfig } from "../config.ts";
import { credentialHeaders, type SecretHeaders } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";
import type { Mask } from "./mask.ts";
import { judge } from "./judge.ts";
import { openPost } from "./post.ts";
import { waitOf } from "./read-waits.ts";
import { Throttle } from "./throttle.ts";
import { tlsOf } from "./tls.ts";

/** The answer to one request, judged: what must fail has failed. */
export interface Answer {
  /** The whole body, for paths that begin with `data`. */
  readonly body: JsonObject;
  readonly data: JsonObject;
  /** Errors beside the data; only with on_partial: keep. */
  readonly errors: readonly GraphqlError[];
}

export type JsonObject = { readonly [key: string]: JsonInput | undefined };

export interface GraphqlError {
  /** Without credentials. */
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly code: string | undefined;
  readonly extensions: JsonInput | undefined;
}

/** Sends one request after the rules of the step: limits, retries, waits, partial errors. */
export type Execute = (
  request: {
    readonly text: string;
    readonly operationName: string | undefined;
    readonly variables: Variables;
  },
  signal: AbortSignal,
) => Promise<Answer>;

export type Variables = Readonly<Record<string, JsonInput>>;

/** What passes between a step and one API. */
export interface Session extends AsyncDisposable {
  readonly execute: Execute;
  /** For server texts that go into tables. */
  readonly mask: Mask;
  /** Totals so far. */
  readonly tally: Tally;
}

export interface Tally {
  /** Repeated ones included. */
  readonly requests: number;
  /** Of answers that were ones of GraphQL, decompressed. */
  readonly bytes: number;
  readonly retries: number;
  /** Milliseconds that the server has asked to wait. */
  readonly throttledMs: number;
}

/** Opens a session; nothing is sent before the first request. Disposing of it closes all connections. */
export async function openSession(config: GraphqlConfig, ctx: DriverContext): Promise<Session> {
  const endpoint = endpointOf(config.endpoint);
  const headers = credentialHeaders(config);
  const limiter = sharedLimiter(limiterKey(endpoint, headers), rateLimitOf(config), ctx);
  const client = createHttpClient({
    headers,
    timeoutMs: config.timeout * 1000,
    maxResponseBytes: config.max_response_mb * 1024 * 1024,
    tls: await tlsOf(config),
    limiter,
  });
  const mask = maskOf(client, config.endpoint, endpoint);
  const throttle = new Throttle(limiter, config.max_retry_wait * 1000, ctx);
  const [execute, counts] = executing({ config, endpoint, headers, client, mask, throttle });
  return {
    execute,
    mask,
    get tally() {
      return { ...counts, retries: throttle.retries, throttledMs: throttle.waitedMs };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

interface Parts {
  readonly config: GraphqlConfig;
  readonly endpoint: URL;
  readonly headers: SecretHeaders;
  readonly client: HttpClient;
  readonly mask: Mask;
  readonly throttle: Throttle;
}

function executing({ config, endpoint, headers, client, mask, throttle }: Parts) {
  const who = `The GraphQL API at ${endpoint.host}`;
  const post = openPost({ endpoint, fetch: client.fetch, ownHeaders: Object.keys(headers), who, mask });
  const policy = {
    maxRetries: config.max_retries,
    delayMs: config.retry_delay * 1000,
    maxWaitMs: config.max_retry_wait * 1000,
    onRetry: throttle.onRetry,
  };
  const counts = { requests: 0, bytes: 0 };
  const attempt = async (request: Parameters<Execute>[0], signal: AbortSignal): Promise<Answer> => {
    throttle.beforeRequest();
    counts.requests++;
    const posted = await post(request, signal);
    counts.bytes += posted.bytes;
    throttle.ask(waitOf(posted));
    return judge(posted, config.on_partial, who, mask);
  };
  const execute: Execute = (request, signal) => retrying((until) => attempt(request, until), policy, signal);
  return [execute, counts] as const;
}

/** Shorter parts of a path are names. */
const SHORTEST_KEY_IN_PATH = 16;

/** Credentials are in headers, and for some servers in the URL: in its path, or its query, as written, as sent, and as meant. */
function maskOf(client: HttpClient, written: string, { href, pathname, searchParams }: URL): Mask {
  const parameters = [written, href].flatMap((url) => url.split(/[?&#]/).slice(1));
  const standing = parameters.map((parameter) => parameter.slice(parameter.indexOf("=") + 1));
  const inQuery = [...standing, ...searchParams.values()].filter(({ length }) => length >= 4);
  const inPath = pathname.split("/").filter(({ length }) => length >= SHORTEST_KEY_IN_PATH);
  const inUrl = new Set(
    [...inQuery, ...inPath].flatMap((text) => [text, encodeURIComponent(text.toWellFormed())]),
  );
  return (text) => [...inUrl].reduce((masked, value) => masked.replaceAll(value, "***"), client.mask(text));
}

/** Of steps with different limits those of the first hold: the others are told. */
function sharedLimiter(key: string, limit: RateLimit, ctx: DriverContext): Limiter {
  const shared = ctx.shared(key, () => ({ limit, limiter: new Limiter(limit) }));
  if (!isDeepStrictEqual(shared.limit, limit)) {
    ctx.log(
      "warn",
      "rate_limit and max_concurrent of this step do not count: a step that began before it has the same login and other limits; set them on the connection",
    );
  }
  return shared.limiter;
}

/** Steps that log in to one server as the same share its limits. */
function limiterKey(endpoint: URL, headers: SecretHeaders): string {
  const login = Object.entries(headers).map(([name, value]) => [name, value.reveal()]);
  const hash = createHash("sha256").update(JSON.stringify(login)).digest("base64url");
  return `@osiris/driver-graphql:limiter:${endpoint.origin}:${hash}`;
}

function rateLimitOf({ rate_limit: rate, max_concurrent: concurrent }: GraphqlConfig): RateLimit {
  if (rate === undefined) return { concurrent };
  return { concurrent, requests: rate.requests, periodMs: rate.per_seconds * 1000 };
}

import { createHash } from "node:crypto";
import { isOsirisError, type DriverContext, type JsonInput } from "@osiris/core";
import { createHttpClient, Limiter, retrying, type HttpClient, type Retry } from "@osiris/http";
import type { GraphqlConfig } from "../config.ts";
import { isObject } from "../json.ts";
import { credentialHeaders, type SecretHeaders } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";
import type { Mask } from "./excerpt.ts";
import { errorsOf, failedAnswer, isThrottled, partialAnswer, throttledError } from "./graphql-errors.ts";
import { openPost, type Posted } from "./post.ts";
import { costTooHigh, Throttle, waitOf, type Wait } from "./throttle.ts";
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
  /** Without credentials, on one line. */
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
  requests: number;
  bytes: number;
  retries: number;
  /** Milliseconds that the server has asked to wait. */
  throttledMs: number;
}

/** Waits that people should know of. */
const LONG_WAIT_MS = 5000;

/** Opens a session; nothing is sent before the first request. Disposing of it closes all connections. */
export async function openSession(config: GraphqlConfig, ctx: DriverContext): Promise<Session> {
  const endpoint = endpointOf(config.endpoint);
  const headers = credentialHeaders(config);
  const limiter = ctx.shared(limiterKey(endpoint, headers), () => new Limiter(rateLimitOf(config)));
  const client = createHttpClient({
    headers,
    timeoutMs: config.timeout * 1000,
    maxResponseBytes: config.max_response_mb * 1024 * 1024,
    tls: await tlsOf(config),
    limiter,
  });
  const who = `The GraphQL API at ${endpoint.host}`;
  const mask = maskOf(client, endpoint);
  const ownHeaders = Object.keys(headers);
  const post = openPost({ endpoint, fetch: client.fetch, ownHeaders, who, mask });
  const throttle = new Throttle(limiter, config.max_retry_wait * 1000, (wait) => sayWait(ctx, wait));
  const tally: Tally = { requests: 0, bytes: 0, retries: 0, throttledMs: 0 };
  const policy = {
    maxRetries: config.max_retries,
    delayMs: config.retry_delay * 1000,
    maxWaitMs: config.max_retry_wait * 1000,
    onRetry: (retry: Retry) => {
      tally.retries++;
      if (isOsirisError(retry.error) && retry.error.retryAfterMs !== undefined)
        throttle.waitedMs += retry.waitMs;
      sayRetry(ctx, retry);
    },
  };
  const attempt = async (request: Parameters<Execute>[0], signal: AbortSignal): Promise<Answer> => {
    throttle.beforeRequest();
    tally.requests++;
    try {
      const posted = await post(request, signal);
      tally.bytes += posted.bytes;
      throttle.ask(waitOf(posted));
      return judge(posted, config.on_partial, who, mask);
    } catch (error) {
      if (isOsirisError(error) && error.retryable && error.retryAfterMs !== undefined) {
        throttle.share(error.retryAfterMs);
      }
      throw error;
    }
  };
  return {
    mask,
    execute: (request, signal) => retrying((signal) => attempt(request, signal), policy, signal),
    get tally() {
      return { ...tally, throttledMs: throttle.waitedMs };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Credentials are in headers, and for some servers in the URL's query string. */
function maskOf(client: HttpClient, { searchParams }: URL): Mask {
  const inUrl = [...searchParams.values()].filter(({ length }) => length >= 4);
  return (text) => inUrl.reduce((masked, value) => masked.replaceAll(value, "***"), client.mask(text));
}

/** Steps that log in to one server as the same share its limits. */
function limiterKey(endpoint: URL, headers: SecretHeaders): string {
  const login = Object.entries(headers).map(([name, value]) => [name, value.reveal()]);
  const hash = createHash("sha256").update(JSON.stringify(login)).digest("base64url");
  return `@osiris/driver-graphql:limiter:${endpoint.origin}:${hash}`;
}

function rateLimitOf({
  rate_limit: rate,
  max_concurrent: concurrent,
}: GraphqlConfig): ConstructorParameters<typeof Limiter>[0] {
  if (rate === undefined) return { concurrent };
  return { concurrent, requests: rate.requests, periodMs: rate.per_seconds * 1000 };
}

/** What an answer comes to, by the rules of the step. */
function judge(posted: Posted, onPartial: GraphqlConfig["on_partial"], who: string, mask: Mask): Answer {
  const { body } = posted;
  const errors = errorsOf(body["errors"], mask);
  if (isThrottled(errors)) throw costTooHigh(body, who) ?? throttledError(who, errors, waitOf(posted)?.ms);
  const { data } = body;
  if (!isObject(data)) throw failedAnswer(who, errors);
  if (errors.length > 0 && onPartial === "fail") throw partialAnswer(who, errors);
  return { body, data, errors };
}

function sayWait(ctx: DriverContext, { ms, reason }: Wait): void {
  const level = ms > LONG_WAIT_MS ? "warn" : "debug";
  ctx.log(level, `Waiting ${seconds(ms)} before the next request: ${reason}`);
}

function sayRetry(ctx: DriverContext, { attempt, waitMs, error }: Retry): void {
  const code = isOsirisError(error) ? error.code : "internal.unexpected";
  const message = error instanceof Error ? error.message : String(error);
  ctx.event("graphql.retry", { failed_attempt: attempt, wait_ms: waitMs, code, message });
  const level = waitMs > LONG_WAIT_MS ? "warn" : "debug";
  ctx.log(level, `${message}. Trying again in ${seconds(waitMs)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

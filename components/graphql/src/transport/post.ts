import { isUtf8 } from "node:buffer";
import { OsirisError, type JsonInput } from "@osiris/core";
import { excerpt, parseJson, responseError, retryAfterMs } from "@osiris/http";
import { GraphQLClient } from "graphql-request";
import { isObject, kindOf } from "../json.ts";
import type { Mask } from "./mask.ts";
import { errorsOf, isThrottled, saysRateLimit, summary, throttledError } from "./graphql-errors.ts";
import type { JsonObject, Variables } from "./session.ts";

/** An answer of status 2xx that is one of GraphQL: it has data or errors. */
export interface Posted {
  readonly body: JsonObject;
  readonly headers: Headers;
  /** Of the body, decompressed. */
  readonly bytes: number;
}

export type Post = (
  request: { readonly text: string; readonly variables: Variables },
  signal: AbortSignal,
) => Promise<Posted>;

export interface PostOptions {
  readonly endpoint: URL;
  readonly fetch: typeof globalThis.fetch;
  /** The headers that the client sends itself, in lower case: ours do not replace them. */
  readonly ownHeaders: readonly string[];
  readonly who: string;
  readonly mask: Mask;
}

/** Sends a query through graphql-request, and refuses what is no answer of GraphQL. */
export function openPost(options: PostOptions): Post {
  const { endpoint, who, mask } = options;
  const client = new GraphQLClient(endpoint.href, {
    errorPolicy: "all",
    fetch: (url, init) => exchange(url, init, options),
    jsonSerializer: { parse: (text: string) => parseAnswer(text, who, mask), stringify: JSON.stringify },
  });
  return async ({ text, variables }, signal) => {
    const { body, headers, data, errors, extensions } = (await client.rawRequest({
      query: text,
      variables,
      signal,
    })) as unknown as JsonObject & { readonly body: string; readonly headers: Headers };
    return { body: { data, errors, extensions }, headers, bytes: Buffer.byteLength(body) };
  };
}

/** What GitHub wants where it does not say how long. */
const MINUTE_MS = 60_000;

/** One exchange, as graphql-request wants it: with a status of 2xx and the content type of JSON. */
async function exchange(
  url: string | URL | Request,
  init: RequestInit | undefined,
  options: PostOptions,
): Promise<Response> {
  const headers = new Headers(init?.headers);
  for (const name of options.ownHeaders) headers.delete(name);
  const { method = "POST", body = null, signal = null } = init ?? {};
  const response = await options.fetch(url, { method, headers, body, signal });
  if (!response.ok) throw await refusal(response, options);
  const type = response.headers.get("content-type") ?? "";
  const bytes = Buffer.from(await response.arrayBuffer());
  const page = /\bjson\b/i.test(type) ? "" : bytes.toString();
  if (/^\s*</.test(page))
    throw notGraphql(
      options.who,
      `a page of ${excerpt(options.mask(type)) || "no content type"}: ${excerpt(options.mask(page))}`,
    );
  // Else each byte that is none of UTF-8 becomes the same replacement character.
  if (!isUtf8(bytes)) throw notUtf8(options.who);
  const headersOfJson = new Headers(response.headers);
  headersOfJson.set("content-type", "application/json");
  // A body would be copied into it, and out again.
  const text = (): Promise<string> => Promise.resolve(new TextDecoder().decode(bytes));
  return Object.defineProperty(new Response(null, { headers: headersOfJson }), "text", { value: text });
}

/** What an answer of another status says: a GraphQL error in it says more than its status. */
async function refusal(response: Response, { who, mask }: PostOptions): Promise<OsirisError> {
  const text = await response.text();
  const errors = errorsIn(text, mask);
  const asked = retryAfterMs(response.headers);
  if (isThrottled(errors)) return throttledError(who, errors, asked);
  if (response.status === 403 && saysRateLimit(errors))
    return throttledError(who, errors, asked ?? MINUTE_MS);
  return responseError(response, errors.length === 0 ? { who } : { who, reason: summary(errors) });
}

function errorsIn(text: string, mask: Mask): ReturnType<typeof errorsOf> {
  let body: JsonInput;
  try {
    body = parseJson(text);
  } catch {
    return []; // A proxy's page, an empty body: the status says it all.
  }
  return isObject(body) ? errorsOf(body["errors"] ?? body["error"] ?? body["message"], mask) : [];
}

/** What graphql-request may see of an answer: it throws at `errors: null` and the like, which real servers send. */
function parseAnswer(text: string, who: string, mask: Mask): JsonObject {
  let body: JsonInput;
  try {
    body = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const came = text.trim() === "" ? "nothing" : `what is no JSON: ${excerpt(mask(text))}`;
    throw notGraphql(who, came);
  }
  if (!isObject(body)) throw notGraphql(who, kindOf(body));
  const { data, errors = null, extensions } = body;
  if (data === undefined && errors === null) {
    throw notGraphql(who, `JSON that has neither data nor errors: ${excerpt(mask(text))}`);
  }
  if (data !== undefined && data !== null && !isObject(data)) {
    throw notGraphql(who, `data that is ${kindOf(data)}, not an object`);
  }
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === null ? {} : { errors: Array.isArray(errors) ? errors : [errors] }),
    ...(isObject(extensions) ? { extensions } : {}),
  };
}

function notUtf8(who: string): OsirisError {
  return new OsirisError({
    code: "graphql.not_utf8",
    category: "external",
    message: `${who} sent a text that is not UTF-8, as JSON has to be`,
    hint: "Whoever runs the server has to mend it: in another encoding, texts would be read as other ones.",
  });
}

function notGraphql(who: string, came: string): OsirisError {
  return new OsirisError({
    code: "graphql.not_graphql",
    category: "external",
    message: `${who} did not answer as GraphQL does; it sent ${came}`,
    hint: "Check the endpoint: it is the URL that takes queries, not the page where people try them.",
  });
}

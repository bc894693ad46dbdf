import { OsirisError, Secret } from "@osiris/core";
import { ACCEPTED_ENCODINGS } from "./content-encoding.ts";

/** A request, ready to be sent, also more than once. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | null;
  readonly redirect: Request["redirect"];
}

/** What the connection decides, and what is the proxy's. */
const NOT_FOR_CALLERS = [
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/**
 * The client's headers, checked, with what each request has.
 * @throws OsirisError `http.invalid_header` with the header's name
 */
export function clientHeaders(headers: Readonly<Record<string, string | Secret>>): Headers {
  // GitHub and others refuse requests without a user agent.
  const result = new Headers({ accept: "*/*", "user-agent": "osiris" });
  for (const [name, value] of Object.entries(headers)) {
    try {
      result.set(name, value instanceof Secret ? value.reveal() : value);
    } catch {
      // The platform's words quote the value.
      throw invalidHeader(`The header "${name.replaceAll(/[^!-~]/g, "?")}" cannot be sent`);
    }
  }
  return result;
}

/**
 * What `fetch` was called with, as one form; its headers win over the client's.
 * @throws OsirisError `http.invalid_url`, `http.invalid_header`, `http.invalid_request`
 */
export async function outgoing(
  input: string | URL | Request,
  init: RequestInit | undefined,
  defaults: Headers,
): Promise<Outgoing> {
  const url = httpUrl(input instanceof Request ? input.url : String(input));
  const request = platformRequest(input instanceof Request ? input : url, init);
  const headers = new Headers(defaults);
  for (const [name, value] of request.headers) headers.set(name, value);
  for (const name of NOT_FOR_CALLERS) headers.delete(name);
  if (!headers.has("accept-encoding")) headers.set("accept-encoding", ACCEPTED_ENCODINGS);
  const { method, redirect } = request;
  return { url, method, headers, body: await bodyOf(request, init), redirect };
}

/** Tells where without saying how to get in: a path may hold a token, too. */
function httpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw invalidUrl("The URL of a request is not a complete URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalidUrl("The URL of a request does not begin with http:// or https://");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidUrl(`The URL of a request to ${url.host} holds a user name or a password`);
  }
  return url;
}

/** The platform reads all forms of headers and bodies. It need not watch the signal: that leaves listeners behind. */
function platformRequest(input: URL | Request, init: RequestInit = {}): Request {
  checkHeaders(init.headers);
  try {
    return new Request(input, { ...init, signal: null });
  } catch {
    throw new OsirisError({
      code: "http.invalid_request",
      category: "internal",
      message: "A request has a method or a body that cannot be sent",
      hint: "GET and HEAD have no body.",
    });
  }
}

function checkHeaders(headers: RequestInit["headers"]): void {
  try {
    if (headers !== undefined) void new Headers(headers);
  } catch {
    throw invalidHeader("A header of a request cannot be sent");
  }
}

async function bodyOf(request: Request, init: RequestInit | undefined): Promise<string | Uint8Array | null> {
  if (typeof init?.body === "string") return init.body;
  if (request.body === null) return null;
  return new Uint8Array(await request.arrayBuffer());
}

function invalidHeader(message: string): OsirisError {
  return new OsirisError({
    code: "http.invalid_header",
    category: "usage",
    message,
    hint: "A header's name is letters, digits and hyphens; its value has no line break and no characters beyond Latin 1. A line break at the end of a token is the usual cause.",
  });
}

function invalidUrl(message: string): OsirisError {
  return new OsirisError({
    code: "http.invalid_url",
    category: "usage",
    message,
    hint: "Give it as https://host/path, and a login in the fields for it.",
  });
}

import { OsirisError } from "@osiris/core";
import type { RawAnswer } from "./exchange.ts";
import type { Outgoing } from "./outgoing.ts";

const MAX_HOPS = 5;

/** Some APIs take their key as a part of the path. Shorter parts are names. */
const SHORTEST_KEY = 12;

/**
 * All that another origin gets to see. Which of the other headers is a credential only the caller knows (`X-API-Key`), so none
 * goes there.
 */
const HARMLESS = ["accept", "accept-encoding", "accept-language", "content-type", "user-agent"];

/**
 * Where one request has been sent to. Follows redirects of GET and HEAD; of other methods only 307 and 308 within the origin,
 * which repeat the request as it is.
 */
export class Redirects {
  readonly #mask: (text: string) => string;
  /** Parts of the path that was asked for: whoever asked knows them, and nobody else has to. */
  readonly #known: ReadonlySet<string>;
  readonly #visited = new Set<string>();

  constructor({ pathname }: URL, mask: (text: string) => string) {
    this.#known = new Set(pathname.split("/").filter(({ length }) => length >= SHORTEST_KEY));
    this.#mask = mask;
  }

  /**
   * The request that an answer leads to; undefined when it is no redirect, or one that the caller wants to see.
   * @throws OsirisError `http.redirected`, `http.redirect_loop`, `http.too_many_redirects`
   */
  next(sent: Outgoing, { status, headers }: RawAnswer): Outgoing | undefined {
    const location = headers.get("location");
    if (location === null || ![301, 302, 303, 307, 308].includes(status)) return undefined;
    if (sent.redirect === "manual") return undefined;
    this.#visited.add(sent.url.href);
    const url = this.#target(sent, location, status);
    const isSafe = sent.method === "GET" || sent.method === "HEAD";
    const isSameOrigin = url.origin === sent.url.origin;
    const isRepeatable = isSafe || (isSameOrigin && (status === 307 || status === 308));
    if (!isRepeatable || sent.redirect === "error") throw this.#refused(sent, url, status);
    if (this.#visited.has(url.href)) throw this.#circle(sent);
    if (this.#visited.size > MAX_HOPS) throw this.#tooMany(sent);
    return { ...sent, url, headers: isSameOrigin ? sent.headers : harmless(sent.headers) };
  }

  #target(sent: Outgoing, location: string, status: number): URL {
    const url = URL.parse(location, sent.url.href);
    const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
    if (url === null || !isHttp || url.username !== "" || url.password !== "") {
      throw this.#error(
        "http.redirected",
        `${this.#place(sent.url)} redirects the request to something that cannot be followed (${status})`,
        "Ask whoever runs the server for the right URL.",
      );
    }
    url.hash = "";
    if (sent.url.protocol === "https:" && url.protocol === "http:") throw this.#refused(sent, url, status);
    return url;
  }

  #refused(sent: Outgoing, url: URL, status: number): OsirisError {
    return this.#error(
      "http.redirected",
      `${this.#place(sent.url)} redirects the request to ${this.#place(url)} (${status}), and it is not followed`,
      "If that is the right place, make it the URL: credentials go nowhere else, no request is repeated elsewhere, and https does not become http.",
    );
  }

  #circle(sent: Outgoing): OsirisError {
    return this.#error(
      "http.redirect_loop",
      `${this.#place(sent.url)} redirects in a circle`,
      "A login may be missing, or the URL may be wrong.",
    );
  }

  #tooMany(sent: Outgoing): OsirisError {
    return this.#error(
      "http.too_many_redirects",
      `More than ${MAX_HOPS} redirects, the last from ${this.#place(sent.url)}`,
      "Use the URL that the redirects lead to.",
    );
  }

  #error(code: string, message: string, hint: string): OsirisError {
    return new OsirisError({ code, category: "external", message, hint });
  }

  /** Without the query, which may hold a token. */
  #place({ origin, pathname }: URL): string {
    const parts = pathname.split("/").map((part) => (this.#known.has(part) ? "…" : part));
    return this.#mask(`${origin}${parts.join("/")}`);
  }
}

function harmless(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => HARMLESS.includes(name)));
}

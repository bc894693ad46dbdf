import type { Dispatcher } from "undici";
import { OsirisError } from "@osiris/core";
import { ByteBlock } from "./byte-block.ts";
import type { Outgoing } from "./outgoing.ts";

/** The answer to one request, body and all, as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Still packed. */
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface ExchangeLimits {
  /** The longest silence. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly tooLarge: () => OsirisError;
}

/**
 * Sends one request and reads the whole answer. Undici's own errors and the signal's reason come through as they are. After an abort
 * the connection is closed; one that is still being made is left to its own timeout.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Outgoing,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const handler = new Collector(request.method, limits, {
      resolve: (answer) => {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      },
      reject: (error) => {
        signal.removeEventListener("abort", abort);
        reject(error);
      },
    });
    const abort = (): void => handler.fail(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const { origin, pathname, search } = request.url;
    try {
      dispatcher.dispatch(
        {
          origin,
          path: `${pathname}${search}`,
          method: request.method,
          headers: Object.fromEntries(request.headers),
          body: request.body,
          // Of a proxy's own connections undici would take its defaults.
          headersTimeout: limits.timeoutMs,
          bodyTimeout: limits.timeoutMs,
        },
        handler,
      );
    } catch (error) {
      handler.fail(error);
    }
  });
}

/** Collects what undici hands over, until the answer is complete or something is wrong with it. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #method: string;
  readonly #limits: ExchangeLimits;
  readonly #settle: { resolve(answer: RawAnswer): void; reject(error: unknown): void };
  #body = new ByteBlock(0);
  #head: Omit<RawAnswer, "body"> | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    method: string,
    limits: ExchangeLimits,
    settle: { resolve(answer: RawAnswer): void; reject(error: unknown): void },
  ) {
    this.#method = method;
    this.#limits = limits;
    this.#settle = settle;
  }

  /** The first failure counts; the connection is destroyed. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#controller?.abort(error instanceof Error ? error : new Error("Aborted"));
    this.#settle.reject(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was aborted while it waited for its connection.
    if (this.#failure !== undefined) controller.abort(new Error("Aborted"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = "",
  ): void {
    if (status < 200) return;
    try {
      this.#head = { status, statusText, headers: platformHeaders(headers) };
    } catch {
      this.fail(invalidAnswer("a header that is not valid HTTP"));
      return;
    }
    const announced = this.#method === "HEAD" ? 0 : Number(headers["content-length"] ?? 0);
    if (announced > this.#limits.maxBytes) this.fail(this.#limits.tooLarge());
    else this.#body = new ByteBlock(announced);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    if (this.#body.length + chunk.length > this.#limits.maxBytes) this.fail(this.#limits.tooLarge());
    else this.#body.append(chunk);
  }

  onResponseEnd(): void {
    if (this.#failure !== undefined || this.#head === undefined) return;
    this.#settle.resolve({ ...this.#head, body: this.#body.bytes() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }
}

function platformHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? ""]) result.append(name, one);
  }
  return result;
}

/** Nothing of what was sent is quoted: it may echo credentials. */
export function invalidAnswer(what: string): OsirisError {
  return new OsirisError({
    code: "http.invalid_response",
    category: "external",
    message: `The server answers with ${what}`,
    hint: "Check that the URL and its port lead to an HTTP server, and that https:// and http:// are not mixed up.",
  });
}

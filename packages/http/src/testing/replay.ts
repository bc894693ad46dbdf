import type { IncomingMessage, ServerResponse } from "node:http";
import { OsirisError } from "@osiris/core";
import { bodyBytes, plainBody, readBody } from "./bodies.ts";
import { closest, matches, type Asked } from "./closest.ts";
import { readRecording, type Exchange, type Recording } from "./exchange-file.ts";
import { moveOrigin } from "./headers.ts";
import { startLocalServer } from "./local-server.ts";

export interface ReplayOptions {
  /** What {@link recordExchanges} has written. */
  readonly file: string;
}

/** A server on this machine that answers as the recorded one did. */
export interface Replayer extends AsyncDisposable {
  /** What to use in the place of the recorded target. */
  readonly url: string;
  /** The exchanges that nobody has asked for yet: number in the recording, method and path. */
  readonly unused: readonly string[];
  /** @throws OsirisError `http.replay_mismatch` when a request was made that was not recorded */
  verify(): void;
  /** Closes all connections, then verifies. */
  close(): Promise<void>;
}

/**
 * Answers from a recording. A request is known by method, path, query and body; equal ones get their answers in order. One that was
 * not recorded, or not so often, gets status 501 with the recorded request that is most like it.
 */
export async function replayExchanges({ file }: ReplayOptions): Promise<Replayer> {
  const replaying = new ReplayServer(await readRecording(file));
  await replaying.start();
  return replaying;
}

class ReplayServer implements Replayer {
  readonly #target: URL;
  readonly #exchanges: readonly Exchange[];
  readonly #used = new Set<Exchange>();
  readonly #unknown: string[] = [];
  #server: { readonly origin: string; close(): Promise<void> } | undefined;

  constructor({ target, exchanges }: Recording) {
    this.#target = new URL(target);
    this.#exchanges = exchanges;
  }

  async start(): Promise<void> {
    this.#server = await startLocalServer((request, response) => this.#answer(request, response));
  }

  get url(): string {
    return `${this.#server?.origin}${this.#target.pathname}${this.#target.search}`;
  }

  get unused(): readonly string[] {
    return this.#exchanges.flatMap((exchange, index) => {
      const { method, path } = exchange.request;
      return this.#used.has(exchange) ? [] : [`${index + 1}: ${method} ${path}`];
    });
  }

  verify(): void {
    if (this.#unknown.length === 0) return;
    const unused = this.unused.length === 0 ? "" : `; never asked for: ${this.unused.join(", ")}`;
    throw new OsirisError({
      code: "http.replay_mismatch",
      category: "internal",
      message: `Requests that were not recorded: ${this.#unknown.join("; ")}${unused}`,
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.verify();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await this.#read(request);
    const known = this.#exchanges.filter((exchange) => matches(exchange, asked));
    const exchange = known.find((candidate) => !this.#used.has(candidate));
    if (exchange === undefined) {
      const text = this.#describe(asked, known.length);
      this.#unknown.push(text);
      response.writeHead(501, { "content-type": "text/plain; charset=utf-8" }).end(text);
      return;
    }
    this.#used.add(exchange);
    const { status, headers, body: recorded } = exchange.response;
    const moved = moveOrigin(
      { headers, body: bodyBytes(recorded) },
      this.#target.origin,
      this.#server?.origin ?? "",
    );
    response.writeHead(status, moved.headers.flat()).end(moved.body);
  }

  async #read(request: IncomingMessage): Promise<Asked> {
    const { method = "", url = "", headers } = request;
    try {
      const body = await plainBody(await readBody(request), headers["content-encoding"]);
      return { method, path: url, body: body.toString("latin1") };
    } catch (error) {
      this.#unknown.push(`a request that cannot be read: ${String(error)}`);
      throw error;
    }
  }

  /** The query may hold a secret that the recording does not know. */
  #describe(asked: Asked, times: number): string {
    const [path] = asked.path.split("?");
    const what = times > 0 ? `it was recorded ${times} times` : closest(this.#exchanges, asked);
    return `${asked.method} ${path} (${what})`;
  }
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { OsirisError } from "@osiris/core";
import { Agent, request as send } from "undici";
import { plainBody, readBody, storedBody, type StoredBody } from "./bodies.ts";
import { writeRecording, type Exchange } from "./exchange-file.ts";
import { messageHeaders, moveOrigin, type Header } from "./headers.ts";
import { startLocalServer } from "./local-server.ts";
import { holdsCredentials, MASK, Scrubber, secretsInHeader } from "./scrubber.ts";

export interface RecordOptions {
  /** The server that requests are passed on to: an http or https URL. */
  readonly target: string;
  /** Where the recording goes, as JSON lines, when the recorder is closed. */
  readonly file: string;
  /**
   * Masked wherever they stand in URLs, headers and bodies, however encoded. What the credential headers of requests and
   * answers hold is masked too, without being named here.
   */
  readonly secrets: readonly string[];
}

/** A server on this machine that passes everything on to another one, and writes down what was said. */
export interface Recorder extends AsyncDisposable {
  /** What to use in the place of the target. */
  readonly url: string;
  /**
   * Writes the recording and closes all connections.
   * @throws OsirisError `http.recording_incomplete` when an exchange is missing, since the target has not answered it
   */
  close(): Promise<void>;
}

/** Records the exchanges with a server, for {@link replayExchanges}. */
export async function recordExchanges(options: RecordOptions): Promise<Recorder> {
  const recording = new RecordingProxy(options);
  await recording.start();
  return recording;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
  /** Without content encoding. */
  readonly body: Buffer;
}

/** An exchange as it was, with secrets. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  answer?: Answer;
}

class RecordingProxy implements Recorder {
  readonly #target: URL;
  readonly #file: string;
  readonly #secrets: Set<string>;
  readonly #agent = new Agent();
  readonly #closing = new AbortController();
  readonly #seen: Seen[] = [];
  #failure: { readonly error: unknown } | undefined;
  #server: { readonly origin: string; close(): Promise<void> } | undefined;
  #closed: Promise<void> | undefined;

  constructor({ target, file, secrets }: RecordOptions) {
    this.#target = new URL(target);
    this.#file = file;
    this.#secrets = new Set(secrets);
  }

  async start(): Promise<void> {
    this.#server = await startLocalServer((request, response) => this.#exchange(request, response));
  }

  get url(): string {
    return `${this.#server?.origin}${this.#target.pathname}${this.#target.search}`;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const raw = await readBody(request);
      const body = await plainBody(raw, request.headers["content-encoding"]);
      const seen: Seen = { method: request.method ?? "", path: request.url ?? "", body };
      this.#seen.push(seen);
      const headers = messageHeaders(request.rawHeaders);
      this.#learn(headers);
      const answer = await this.#pass(seen, headers, gone.signal);
      this.#learn(answer.headers);
      seen.answer = answer;
      const moved = moveOrigin(answer, this.#target.origin, this.#server?.origin ?? "");
      response.writeHead(answer.status, moved.headers.flat()).end(moved.body);
    } catch (error) {
      if (!gone.signal.aborted && !this.#closing.signal.aborted) this.#failure ??= { error };
      throw error;
    }
  }

  async #pass({ method, path, body }: Seen, headers: readonly Header[], gone: AbortSignal): Promise<Answer> {
    const response = await send(new URL(path, this.#target.origin), {
      method,
      headers: headers.flat(),
      body: body.length === 0 ? null : body,
      dispatcher: this.#agent,
      signal: AbortSignal.any([gone, this.#closing.signal]),
      responseHeaders: "raw",
    });
    // With this option they are names and values in turns, whatever the declaration says.
    const raw = (response.headers as unknown as readonly (string | Buffer)[]).map(String);
    const encoding = raw.find(
      (_, index) => index % 2 === 1 && /^content-encoding$/i.test(raw[index - 1] ?? ""),
    );
    const plain = await plainBody(await readBody(response.body), encoding);
    return { status: response.statusCode, headers: messageHeaders(raw), body: plain };
  }

  /** What was sent as a credential may stand in a body as well. */
  #learn(headers: readonly Header[]): void {
    for (const [name, value] of headers) {
      if (holdsCredentials(name)) for (const secret of secretsInHeader(value)) this.#secrets.add(secret);
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#server?.close();
    await this.#agent.destroy();
    // Only now, because a secret may be learned after it was seen.
    const scrubber = new Scrubber([...this.#secrets]);
    const exchanges = this.#seen.flatMap((seen) => exchangeOf(seen, scrubber));
    const target = scrubber.text(this.#target.origin + this.#target.pathname + this.#target.search);
    await writeRecording(this.#file, { target, exchanges });
    if (this.#failure !== undefined) throw incomplete(this.#failure.error);
  }
}

function exchangeOf({ method, path, body, answer }: Seen, scrubber: Scrubber): readonly Exchange[] {
  if (answer === undefined) return [];
  const scrubbed = (bytes: Buffer): StoredBody => storedBody(scrubber.bytes(bytes));
  const headers = answer.headers.map(
    ([name, value]) => [name, holdsCredentials(name) ? MASK : scrubber.text(value)] as const,
  );
  return [
    {
      request: { method, path: scrubber.text(path), body: scrubbed(body) },
      response: { status: answer.status, headers, body: scrubbed(answer.body) },
    },
  ];
}

function incomplete(cause: unknown): OsirisError {
  return new OsirisError({
    code: "http.recording_incomplete",
    category: "external",
    message:
      "An exchange is not in the recording: the target has not answered it, or in a form that cannot be read",
    cause,
  });
}

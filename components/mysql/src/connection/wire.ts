import { OsirisError } from "@osiris/core";
import { createConnection, type Connection } from "mysql2";
import type { TLSSocket } from "node:tls";
import type { MysqlConnection } from "../config.ts";
import { mysqlError } from "../errors.ts";
import { clientOptions, type Purpose, type TlsFiles } from "./client-options.ts";

/** The server gets so long to say goodbye. */
const GOODBYE_MS = 1000;

/** mysql2 keeps both of these to itself; its version is pinned, and the tests of timeouts and closing fail without them. */
interface Internals {
  /** What is under way. */
  readonly _command: unknown;
  /** The connection as it is now: the socket, or TLS over it. */
  readonly stream: TLSSocket;
}

/** A client and its socket: the one place that ends them. */
export interface Wire {
  readonly client: Connection;
  /** Aborted when the connection has ended, in whatever way; its reason is an OsirisError. */
  readonly ended: AbortSignal;
  /** Whether a command is under way. */
  busy(): boolean;
  /** Whether nothing is read from the socket, because whoever takes the rows is slower. */
  paused(): boolean;
  /** Bytes in both directions so far. */
  bytes(): number;
  /** Of them those that came from the server. */
  received(): number;
  /** undefined: not encrypted. */
  protocol(): string | undefined;
  /** Ends the connection at once: all that is under way is told this reason. */
  readonly end: (reason: OsirisError) => void;
  /** Says goodbye, for at most a second. */
  close(): Promise<void>;
}

/** A client that is not connected yet: wait for {@link signedIn}. */
export function openWire(
  config: MysqlConnection,
  purpose: Purpose["purpose"],
  tls: TlsFiles | undefined,
): Wire {
  const { options, socket } = clientOptions(config, purpose, tls);
  const client = createConnection(options);
  const internals = client as unknown as Internals;
  const ended = new AbortController();
  const closed = Promise.withResolvers<void>();
  const destroy = (reason?: Error): void => {
    internals.stream.destroy(reason);
    socket.destroy();
  };
  const lost = (error: unknown): OsirisError =>
    withoutPassword(mysqlError(error, `The server ${placeOf(config)}`), config);
  socket.once("close", () => {
    ended.abort(lost(CLOSED));
    closed.resolve();
  });
  // A connection that is lost while nothing is asked has nobody else to tell, and would end the process.
  client.on("error", (error) => {
    ended.abort(lost(tlsError(error, internals.stream)));
    destroy();
  });
  const end = (reason: OsirisError): void => {
    ended.abort(reason);
    // Wrapped, for mysql2 writes into the error.
    destroy(new Error(reason.message, { cause: reason }));
  };
  return {
    client,
    ended: ended.signal,
    busy: () => internals._command !== undefined && internals._command !== null,
    paused: () => internals.stream.isPaused(),
    bytes: () => internals.stream.bytesRead + internals.stream.bytesWritten,
    received: () => internals.stream.bytesRead,
    protocol: () => ("getProtocol" in internals.stream ? internals.stream.getProtocol() : null) ?? undefined,
    end,
    async close() {
      if (ended.signal.aborted) return closed.promise;
      const timer = setTimeout(() => end(closedByUs()), GOODBYE_MS);
      client.end(() => ended.abort(closedByUs()));
      await closed.promise;
      clearTimeout(timer);
    },
  };
}

/** Resolves when the server has let us in; rejects with the reason when the connection ends before. */
export function signedIn({ client, ended }: Wire): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.once("connect", () => resolve());
  onAbort(ended, reject);
  return promise;
}

/** Calls back with the signal's reason, at once when it is aborted already. Disposing of it ends the listening. */
export function onAbort(signal: AbortSignal, call: (reason: OsirisError) => void): Disposable {
  const listener = (): void => call(signal.reason as OsirisError);
  if (signal.aborted) listener();
  else signal.addEventListener("abort", listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", listener) };
}

/** Where the server is, for messages. */
export function placeOf({ host, port, socket }: MysqlConnection): string {
  return socket ?? `${host}:${port}`;
}

export function closedByUs(): OsirisError {
  return new OsirisError({
    code: "mysql.session_closed",
    category: "internal",
    message: "The connection was used after it had been closed",
  });
}

/** As mysql2 has it of a connection that has ended without a word. */
const CLOSED: Error = Object.assign(new Error("The connection has ended"), { fatal: true });

/** mysql2 gives all that is wrong with TLS one code; the socket has kept what is wrong with the certificate. */
function tlsError(error: unknown, { authorizationError }: Partial<TLSSocket>): unknown {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "HANDSHAKE_SSL_ERROR") return error;
  const code = authorizationError as unknown;
  return typeof code === "string"
    ? Object.assign(new Error(error.message, { cause: error }), { code })
    : error;
}

/** A server may repeat what it was sent. */
function withoutPassword(error: OsirisError, { password }: MysqlConnection): OsirisError {
  const secret = password?.reveal() ?? "";
  if (secret === "" || !error.message.includes(secret)) return error;
  const { code, category, hint, retryable } = error;
  const message = error.message.replaceAll(secret, "***");
  return new OsirisError({ code, category, message, retryable, ...(hint === undefined ? {} : { hint }) });
}

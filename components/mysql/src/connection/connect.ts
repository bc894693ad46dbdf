import { isOsirisError, OsirisError } from "@osiris/core";
import type { MysqlConnection } from "../config.ts";
import { readTlsFiles, type Purpose, type TlsFiles } from "./client-options.ts";
import { onAbort, openWire, placeOf, signedIn, type Wire } from "./wire.ts";

/** A wire over which somebody has signed in. */
export interface SignedIn {
  readonly wire: Wire;
  /** How it was encrypted; undefined: not. */
  readonly tls: TlsFiles | undefined;
}

/**
 * Connects and signs in, with or without TLS, as the config says.
 * @param limit ends it; its reason, an OsirisError, is what is thrown
 */
export async function connect(
  config: MysqlConnection,
  purpose: Purpose["purpose"],
  limit: AbortSignal,
): Promise<SignedIn> {
  // Nobody listens on a socket of this machine.
  const plain = config.tls === "disabled" || (config.tls === "preferred" && config.socket !== undefined);
  if (plain) return attempt(config, purpose, undefined, limit);
  const tls = await readTlsFiles(config, limit);
  if (config.tls !== "preferred") return attempt(config, purpose, tls, limit);
  try {
    return await attempt(config, purpose, tls, limit);
  } catch (error) {
    // The server has said so in its greeting, before anything was sent.
    if (!isOsirisError(error) || error.code !== "mysql.tls_unavailable") throw error;
    return attempt(config, purpose, undefined, limit);
  }
}

async function attempt(
  config: MysqlConnection,
  purpose: Purpose["purpose"],
  tls: TlsFiles | undefined,
  limit: AbortSignal,
): Promise<SignedIn> {
  limit.throwIfAborted();
  const wire = openWire(config, purpose, tls);
  using _limited = onAbort(limit, wire.end);
  await signedIn(wire);
  return { wire, tls };
}

/** A signal for the time that connecting may take, and for the end of the step. */
export function connectLimit(
  config: MysqlConnection,
  signal: AbortSignal,
): Disposable & { signal: AbortSignal } {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(tookTooLong(config)), config.connect_timeout * 1000);
  const listening = onAbort(signal, () => limit.abort(cancelled(signal)));
  return {
    signal: limit.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      listening[Symbol.dispose]();
    },
  };
}

/** What a signal that was aborted means for what was under way. */
export function cancelled({ reason }: AbortSignal): OsirisError {
  if (isOsirisError(reason)) return reason;
  return new OsirisError({
    code: "mysql.cancelled",
    category: "cancelled",
    message: "The work with the server was stopped",
    cause: reason,
  });
}

function tookTooLong(config: MysqlConnection): OsirisError {
  return new OsirisError({
    code: "mysql.connect_timeout",
    category: "external",
    message: `The server ${placeOf(config)}: no connection stood after ${config.connect_timeout} s`,
    hint: "Check host and port, and firewalls, which often drop what they do not like without a word. connect_timeout gives it longer.",
    retryable: true,
  });
}

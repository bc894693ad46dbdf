import { isOsirisError, OsirisError } from "@osiris/core";
import type { Proxy } from "./dispatcher.ts";

/** Whom a request was for. */
export interface Destination {
  /** Scheme, host and port: no user, path or query. */
  readonly origin: string;
  /** The proxy that the environment names for it. */
  readonly proxy: Proxy | undefined;
}

interface Reading {
  readonly code: string;
  /** After "The server at <origin>". */
  readonly what: string;
  readonly hint: string;
  readonly retryable: boolean;
}

const LOST: Reading = {
  code: "http.connection_lost",
  what: "closed the connection before its answer was complete",
  hint: "Another try may succeed. If it happens often, ask for smaller answers; if it happens always, look whether https:// and http:// are mixed up, or the server asks for a client's certificate.",
  retryable: true,
};

const SILENT: Reading = {
  code: "http.timeout",
  what: "was silent for longer than the timeout",
  hint: "Raise the timeout, or ask for less at a time.",
  retryable: true,
};

const UNREACHABLE: Reading = {
  code: "http.unreachable",
  what: "cannot be reached",
  hint: "Check the network, a VPN and firewalls.",
  retryable: true,
};

const CERTIFICATE = "http.certificate";

const READINGS: Readonly<Record<string, Reading>> = {
  ECONNREFUSED: {
    code: "http.connection_refused",
    what: "refuses connections",
    hint: "Check host and port, and that the server runs.",
    retryable: true,
  },
  ENOTFOUND: {
    code: "http.host_not_found",
    what: "is not known by that name",
    hint: "Check the spelling of the host.",
    retryable: false,
  },
  EAI_AGAIN: {
    code: "http.host_not_found",
    what: "cannot be looked up: the name service does not answer",
    hint: "Check the network.",
    retryable: true,
  },
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  UND_ERR_SOCKET: LOST,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: LOST,
  HPE_INVALID_EOF_STATE: LOST,
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: { ...SILENT, what: "did not take the connection within the timeout" },
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  UND_ERR_BODY_TIMEOUT: {
    ...SILENT,
    what: "stopped in the middle of its answer for longer than the timeout",
  },
  HTTPParserError: {
    code: "http.invalid_response",
    what: "answers with something that is not HTTP, or broken",
    hint: "Check that the URL and its port lead to an HTTP server, and that https:// and http:// are not mixed up.",
    retryable: false,
  },
  UND_ERR_HEADERS_OVERFLOW: {
    code: "http.invalid_response",
    what: "answers with headers that are too large",
    hint: "Ask whoever runs the server.",
    retryable: false,
  },
  UND_ERR_DESTROYED: closed(),
  UND_ERR_CLOSED: closed(),
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate("a self-signed certificate"),
  SELF_SIGNED_CERT_IN_CHAIN: certificate("a certificate of an authority that is not trusted"),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate("a certificate of an authority that is not trusted"),
  UNABLE_TO_GET_ISSUER_CERT: certificate("a certificate of an authority that is not trusted"),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate("a certificate of an authority that is not trusted"),
  CERT_HAS_EXPIRED: {
    code: CERTIFICATE,
    what: "has a certificate that has expired",
    hint: "Whoever runs the server must renew it. Check this machine's clock, too.",
    retryable: false,
  },
  CERT_NOT_YET_VALID: {
    code: CERTIFICATE,
    what: "has a certificate that is not valid yet",
    hint: "Check this machine's clock.",
    retryable: false,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: CERTIFICATE,
    what: "has a certificate for another host",
    hint: "Use the host name that the certificate has.",
    retryable: false,
  },
  UND_ERR_PRX_TLS: {
    code: "http.proxy_failed",
    what: "cannot be reached: the proxy's own certificate is not accepted",
    hint: "",
    retryable: false,
  },
  UND_ERR_PRX_CONN: {
    code: "http.proxy_failed",
    what: "cannot be reached: the proxy closed the connection",
    hint: "",
    retryable: true,
  },
};

/** What went wrong on the way, told without anything that was sent: undici's and the platform's texts may quote it. */
export function networkError(error: unknown, { origin, proxy }: Destination): OsirisError {
  if (isOsirisError(error)) return error;
  const code = codeOf(error);
  const { code: name, what, hint, retryable } = proxyReading(error) ?? readingOf(code);
  const viaProxy =
    proxy === undefined
      ? ""
      : ` Unless NO_PROXY exempts the host, the proxy ${proxy.place} of ${proxy.variable} is on the way, and may be at fault.`;
  return new OsirisError({
    code: name,
    category: name === "http.client_closed" ? "cancelled" : "external",
    message: `The server at ${origin} ${what}${code === undefined ? "" : ` (${code})`}`,
    hint: `${hint}${viaProxy}`.trim(),
    retryable,
  });
}

/** An exchange that took too long as a whole. */
export function tookTooLong({ origin }: Destination, totalTimeoutMs: number): OsirisError {
  return new OsirisError({
    code: "http.timeout",
    category: "external",
    message: `The server at ${origin} did not complete its answer within ${totalTimeoutMs / 1000} seconds`,
    hint: "Ask for less at a time.",
    retryable: true,
  });
}

function readingOf(code: string | undefined): Reading {
  const known = code === undefined ? undefined : READINGS[code];
  if (known !== undefined) return known;
  if (code !== undefined && /^CERT_|_CERT_|^HOSTNAME_MISMATCH$/.test(code)) {
    return certificate("a certificate that is not accepted");
  }
  if (code !== undefined && /^ERR_SSL_|^EPROTO$|^ERR_TLS_/.test(code)) {
    return {
      code: "http.tls_failed",
      what: "and this client cannot agree on TLS",
      hint: "Check that the port speaks TLS (https:// or http://), and whether the server asks for a client's certificate.",
      retryable: false,
    };
  }
  return { code: "http.failed", what: "could not be asked", hint: "", retryable: false };
}

/** Of these undici tells the status of the proxy in the text alone. */
function proxyReading(error: unknown): Reading | undefined {
  const text = error instanceof Error ? error.message : "";
  const status = /^Proxy response \((\d{3})\)/.exec(text)?.[1] ?? /^Proxy Auth.*\((407)\)/.exec(text)?.[1];
  if (status === undefined) return undefined;
  return {
    code: "http.proxy_failed",
    what: `cannot be reached: the proxy answers with status ${status}`,
    hint:
      status === "407" ? "Check user name and password in the proxy's URL." : "Ask whoever runs the proxy.",
    retryable: Number(status) >= 500,
  };
}

/** Of several attempts at addresses of one host, the first speaks for all. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  // Undici gives it a code of the parser or, most often, none.
  if (error.name === "HTTPParserError") return error.name;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

function certificate(what: string): Reading {
  return {
    code: CERTIFICATE,
    what: `has ${what}`,
    hint: "If it is the right server, give the certificate of its authority as the one to trust (ca), or set NODE_USE_SYSTEM_CA=1 where this machine trusts it.",
    retryable: false,
  };
}

function closed(): Reading {
  return {
    code: "http.client_closed",
    what: "is asked no more: the client was closed",
    hint: "",
    retryable: false,
  };
}

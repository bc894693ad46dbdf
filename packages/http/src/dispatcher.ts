import { createSecureContext } from "node:tls";
import { OsirisError } from "@osiris/core";
import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";

/** PEM texts, not paths. */
export interface TlsOptions {
  /** Whether the server's certificate is checked. @default true */
  readonly verify?: boolean;
  /** Certificates that are trusted instead of Node's own. */
  readonly ca?: string;
  /** The client's certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** What connects, and through what. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** The proxy for URLs of a protocol, `host:port`, and the variable that names it. NO_PROXY may still exempt a host. */
  readonly proxyOf: (protocol: string) => Proxy | undefined;
}

export interface Proxy {
  readonly variable: string;
  readonly place: string;
}

/**
 * Connections with the environment's proxies as of now. HTTP/1.1 only: its answers end where they say, or are an error.
 * @throws OsirisError `http.invalid_tls`, `http.invalid_proxy`
 */
export function openConnections(timeoutMs: number, tls: TlsOptions = {}): Connections {
  const connect = { ...tlsSettings(tls), timeout: timeoutMs };
  const settings = { allowH2: false, connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const http = proxyFrom("http_proxy", "HTTP_PROXY");
  const https = proxyFrom("https_proxy", "HTTPS_PROXY") ?? http;
  if (https === undefined) return { dispatcher: new Agent(settings), proxyOf: () => undefined };
  const dispatcher = new EnvHttpProxyAgent({
    ...settings,
    httpProxy: http?.url ?? "",
    httpsProxy: https.url,
    // The certificate checks of the server's options are not the proxy's.
    requestTls: connect,
    proxyTls: { timeout: timeoutMs },
    // Else a proxy that does not answer CONNECT is waited for as long as undici likes.
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: timeoutMs }),
  });
  return { dispatcher, proxyOf: (protocol) => (protocol === "https:" ? https : http) };
}

/** The lower-case name wins, as with curl. An empty one is none. */
function proxyFrom(...variables: readonly string[]): (Proxy & { readonly url: string }) | undefined {
  const variable = variables.find((name) => process.env[name] !== undefined);
  const url = variable === undefined ? "" : (process.env[variable] ?? "").trim();
  if (variable === undefined || url === "") return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !/^(https?|socks5?):$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new OsirisError({
      code: "http.invalid_proxy",
      category: "usage",
      message: `The environment variable ${variable} is no URL of a proxy`,
      hint: "It has the form http://host:port, with http://user:password@host:port for a proxy that asks for a login.",
    });
  }
  return { variable, place: parsed.host, url };
}

function tlsSettings({ verify = true, ca, cert, key }: TlsOptions): {
  rejectUnauthorized: boolean;
  ca?: string;
  cert?: string;
  key?: string;
} {
  const texts = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    createSecureContext(texts);
  } catch {
    // OpenSSL's words may quote what it was given, which is a key.
    throw invalidTls("A certificate or key for TLS cannot be read, or the key is not the certificate's");
  }
  // OpenSSL takes a text without a certificate for none, and would then trust nobody.
  if (ca !== undefined && !ca.includes("-----BEGIN ")) {
    throw invalidTls("The text with the certificates to trust has none");
  }
  return { rejectUnauthorized: verify, ...texts };
}

function invalidTls(message: string): OsirisError {
  return new OsirisError({
    code: "http.invalid_tls",
    category: "usage",
    message,
    hint: "They are PEM texts, which begin with -----BEGIN; a key must not have a passphrase.",
  });
}

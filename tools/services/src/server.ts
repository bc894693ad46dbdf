/** Where a server answers, and as whom to sign in. */
export interface ServerAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty where the URL names none. */
  readonly database: string;
}

/** How a server was had. */
export type Origin = "url" | "npm" | "path" | "docker" | "apt";

/** A server that answers. */
export interface RunningServer extends ServerAddress {
  readonly origin: Origin;
  /** Set when the server is ours: started here, and not given by URL. */
  readonly process: { readonly pid: number; readonly folder: string } | undefined;
  /** What the server printed so far; empty when it is not ours. */
  log(): string;
}

/** A server to close; `await using` does it. */
export interface Server extends RunningServer, AsyncDisposable {
  /** Stops the server and removes its folder; does nothing to a server that is not ours. */
  close(): Promise<void>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "mysql:": 3306,
  "mariadb:": 3306,
  "postgres:": 5432,
  "postgresql:": 5432,
  "redis:": 6379,
  "rediss:": 6379,
};

/** All parts of an address come from its URL, so that they cannot disagree with it. */
export function parseAddress(text: string): ServerAddress {
  const url = new URL(text);
  const port = url.port === "" ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (port === undefined) throw new TypeError(`cannot tell the port of a ${url.protocol} URL without one`);
  return {
    url: text,
    // A URL writes an IPv6 host in brackets; sockets and clients want it without.
    host: url.hostname.replace(/^\[(.*)\]$/u, "$1"),
    port,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

import type { OsirisError } from "@osiris/core";
import type { Connection } from "mysql2";
import type { MysqlConnection } from "../config.ts";
import { mysqlError } from "../errors.ts";
import { bindable } from "./bind.ts";
import type { Purpose, TlsFiles } from "./client-options.ts";
import { cancelled, connect, connectLimit, type SignedIn } from "./connect.ts";
import { watchIdle } from "./idle-watch.ts";
import { sessionSettings } from "./settings.ts";
import { stopStatement } from "./stop-statement.ts";
import { closedByUs, onAbort, type Wire } from "./wire.ts";

/** One connection to a server, signed in, with its session set up: UTC, the charset, strict SQL, read-only where it reads. */
export interface Session extends AsyncDisposable {
  readonly server: ServerInfo;
  /**
   * mysql2's own connection, for what streams: rows that are read, and LOAD DATA. When the connection ends, commands with a
   * callback are told; others hear nothing and have to listen to {@link ended}.
   */
  readonly client: Connection;
  /**
   * Aborted when the session has ended: cancelled, silent for too long, lost, or closed. Its reason is the OsirisError to throw. mysql2's
   * own error of such an end has it as its cause, so `mysqlError` finds it.
   */
  readonly ended: AbortSignal;
  /**
   * Runs a statement whose result is small. Values are bound in the server's binary protocol. Every value of a row is text, in the
   * server's spelling (a FLOAT or DOUBLE as JavaScript spells it), or null: nothing is rounded.
   * @throws OsirisError of `mysqlError`
   */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs a statement that changes something, in the text protocol. */
  run(sql: string): Promise<Changes>;
  /** Bytes that have come from the server so far. */
  bytesRead(): number;
  /** Ends the connection at once, whatever it does; a statement that is under way is stopped on the server. */
  destroy(): void;
}

export type SqlValue = string | number | bigint | null;
export type Row = Readonly<Record<string, string | null>>;

export interface Changes {
  /** As the server counts: 2 for a row that ON DUPLICATE KEY UPDATE has changed; rows found, not changed, for UPDATE. */
  readonly affectedRows: number;
  /** The server's own words: `Records: 3  Duplicates: 0  Warnings: 0`. */
  readonly info: string;
  readonly warnings: number;
}

export interface ServerInfo {
  readonly product: "MySQL" | "MariaDB";
  /** `10.11.19`, `8.4.2`. */
  readonly version: string;
  /** undefined: not encrypted. `TLSv1.3`. */
  readonly tls: string | undefined;
  /** In bytes. */
  readonly maxAllowedPacket: number;
  /** Whether LOAD DATA LOCAL is allowed. */
  readonly localInfile: boolean;
}

export interface SessionOptions extends Purpose {
  /** Ends the session when it is aborted, and stops on the server what it does. */
  readonly signal: AbortSignal;
}

/**
 * Connects, signs in and sets the session up, in `connect_timeout` seconds at most. Close it: `await using`.
 * @throws OsirisError of `mysqlError`; `mysql.connect_timeout`, `mysql.cancelled`, `mysql.tls_file`
 */
export async function openSession(config: MysqlConnection, options: SessionOptions): Promise<Session> {
  using limit = connectLimit(config, options.signal);
  const signedIn = await connect(config, options.purpose, limit.signal);
  using _limited = onAbort(limit.signal, signedIn.wire.end);
  try {
    const server = await setUp(signedIn.wire, config, options.purpose);
    return new OpenSession(config, signedIn, server, options.signal);
  } catch (error) {
    signedIn.wire.end(closedByUs());
    throw error;
  }
}

async function setUp(wire: Wire, config: MysqlConnection, purpose: Purpose["purpose"]): Promise<ServerInfo> {
  for (const statement of sessionSettings(config, purpose)) await run(wire, statement);
  const [about] = await query(
    wire,
    "SELECT VERSION() AS version, @@max_allowed_packet AS packet, @@local_infile AS local_infile",
    [],
  );
  const version = about?.["version"] ?? "";
  return {
    product: /mariadb/i.test(version) ? "MariaDB" : "MySQL",
    version: /^[\d.]+/.exec(version)?.[0] ?? version,
    tls: wire.protocol(),
    maxAllowedPacket: Number(about?.["packet"]),
    localInfile: about?.["local_infile"] === "1",
  };
}

class OpenSession implements Session {
  readonly server: ServerInfo;
  readonly client: Connection;
  readonly ended: AbortSignal;
  readonly #wire: Wire;
  readonly #config: MysqlConnection;
  readonly #tls: TlsFiles | undefined;
  readonly #watches: readonly Disposable[];
  #stopping: Promise<void> | undefined;

  constructor(config: MysqlConnection, { wire, tls }: SignedIn, server: ServerInfo, signal: AbortSignal) {
    this.server = server;
    this.client = wire.client;
    this.ended = wire.ended;
    this.#wire = wire;
    this.#config = config;
    this.#tls = tls;
    this.#watches = [
      watchIdle(wire, config, (reason) => this.#end(reason)),
      onAbort(signal, () => this.#end(cancelled(signal))),
    ];
    onAbort(wire.ended, () => this.#unwatch());
  }

  query(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return query(this.#wire, sql, values);
  }

  run(sql: string): Promise<Changes> {
    return run(this.#wire, sql);
  }

  bytesRead(): number {
    return this.#wire.received();
  }

  destroy(): void {
    this.#end(closedByUs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#wire.busy()) this.#end(closedByUs());
    this.#unwatch();
    await this.#wire.close();
    await this.#stopping;
  }

  #end(reason: OsirisError): void {
    if (this.ended.aborted) return;
    if (this.#wire.busy()) this.#stopping = stopStatement(this.#config, this.#tls, this.client.threadId);
    this.#wire.end(reason);
  }

  #unwatch(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }
}

async function query(wire: Wire, sql: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
  const rows = await asked(wire, (answer) => wire.client.execute(sql, values.map(bindable), answer));
  return (rows as readonly Record<string, Value>[]).map(
    (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])) as Row,
  );
}

async function run(wire: Wire, sql: string): Promise<Changes> {
  const result = (await asked(wire, (answer) => wire.client.query(sql, answer))) as Partial<{
    affectedRows: number;
    info: string;
    warningStatus: number;
  }>;
  const { affectedRows = 0, info = "", warningStatus = 0 } = result;
  return { affectedRows, info, warnings: warningStatus };
}

/** Also told of a connection that ends: mysql2 forgets some commands then. */
async function asked(
  wire: Wire,
  ask: (answer: (error: Error | null, result: unknown) => void) => void,
): Promise<unknown> {
  wire.ended.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  using _listening = onAbort(wire.ended, reject);
  ask((error, result) =>
    error === null ? resolve(result) : reject(mysqlError(error, "A statement failed")),
  );
  return await promise;
}

/** What is left of mysql2's values with our options. */
type Value = string | number | Buffer | null;

function text(value: Value): string | null {
  return value === null ? null : String(value);
}

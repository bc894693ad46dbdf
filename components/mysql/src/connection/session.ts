import { createConnection, type Connection } from "mysql2";
import type { MysqlConnection } from "../config.ts";
import { mysqlError } from "../errors.ts";

/** One connection to a server, signed in, with its session set up: UTC, the charset, strict SQL, read-only where it reads. */
export interface Session extends AsyncDisposable {
  readonly server: ServerInfo;
  /** mysql2's own connection, for what streams: rows that are read, and LOAD DATA. */
  readonly client: Connection;
  /**
   * Runs a statement whose result is small. Values are bound in the server's binary protocol. Every value of a row is text, in the
   * server's spelling, or null: nothing is rounded.
   * @throws OsirisError of `mysqlError`
   */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs a statement that changes something, in the text protocol. */
  run(sql: string): Promise<Changes>;
  /** Ends the connection at once, whatever it does. */
  destroy(): void;
}

export type SqlValue = string | number | bigint | null;
export type Row = Readonly<Record<string, string | null>>;

export interface Changes {
  /** As the server counts: 2 for a row that ON DUPLICATE KEY UPDATE has changed. */
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

export interface SessionOptions {
  /** `read`: the session can only read, and its transactions see one snapshot. */
  readonly purpose: "read" | "write";
  /** Ends the session when it is aborted. */
  readonly signal: AbortSignal;
}

/** Skeleton: no timeouts, no TLS, no signal. */
export async function openSession(config: MysqlConnection, { purpose }: SessionOptions): Promise<Session> {
  const client = createConnection({
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password?.reveal() ?? "",
    ...(config.database === undefined ? {} : { database: config.database }),
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
  } as Parameters<typeof createConnection>[0]);
  const query = (sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
    const bound = values.map((value) => (typeof value === "bigint" ? String(value) : value));
    client.execute(sql, bound, (error, rows) => {
      if (error !== null) return reject(mysqlError(error, "The server refused a statement"));
      resolve(
        (rows as Record<string, unknown>[]).map((row) => {
          const texts = Object.entries(row).map(([name, value]) => [
            name,
            value === null ? null : String(value),
          ]);
          return Object.fromEntries(texts) as Row;
        }),
      );
    });
    return promise;
  };
  const run = (sql: string): Promise<Changes> => {
    const { promise, resolve, reject } = Promise.withResolvers<Changes>();
    client.query(sql, (error, result) => {
      if (error !== null) return reject(mysqlError(error, "The server refused a statement"));
      const {
        affectedRows = 0,
        info = "",
        warningStatus = 0,
      } = result as unknown as Partial<Record<string, never>>;
      resolve({ affectedRows, info: String(info), warnings: warningStatus });
    });
    return promise;
  };
  await run("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'");
  if (purpose === "read") await run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const [about] = await query(
    "SELECT VERSION() AS version, @@max_allowed_packet AS packet, @@local_infile AS local_infile",
  );
  return {
    server: {
      product: /mariadb/i.test(about?.["version"] ?? "") ? "MariaDB" : "MySQL",
      version: /^[\d.]+/.exec(about?.["version"] ?? "")?.[0] ?? "",
      tls: undefined,
      maxAllowedPacket: Number(about?.["packet"]),
      localInfile: about?.["local_infile"] === "1",
    },
    client,
    query,
    run,
    destroy: () => client.destroy(),
    [Symbol.asyncDispose]: async () => void client.destroy(),
  };
}

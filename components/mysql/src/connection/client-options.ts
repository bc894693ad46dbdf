import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { createSecureContext } from "node:tls";
import { isOsirisError, OsirisError } from "@osiris/core";
import type { ConnectionOptions } from "mysql2";
import type { MysqlConnection } from "../config.ts";

/** How many prepared statements a session keeps on the server, which has room for a few thousand of all its clients. */
const PREPARED_STATEMENTS = 200;
const KEEP_ALIVE_MS = 30_000;

export interface Purpose {
  /** `read`: the session can only read, and its transactions see one snapshot. */
  readonly purpose: "read" | "write";
}

/** All that is said to mysql2, in one place. */
export interface ClientOptions {
  readonly options: ConnectionOptions;
  readonly socket: Socket;
}

/** What TLS needs beside the config's words: the contents of its files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * A socket on its way, and the options for a client over it.
 * @param tls undefined: not encrypted, whatever the config says
 */
export function clientOptions(
  config: MysqlConnection,
  purpose: Purpose["purpose"],
  tls: TlsFiles | undefined,
): ClientOptions {
  const socket = openSocket(config);
  const verified = tls !== undefined && (config.tls === "verify_ca" || config.tls === "verify_identity");
  const options: ConnectionOptions = {
    stream: socket,
    host: config.host,
    user: config.user,
    password: config.password?.reveal() ?? "",
    ...(config.database === undefined ? {} : { database: config.database }),
    ...(tls === undefined
      ? {}
      : { ssl: { ...tls, rejectUnauthorized: verified, verifyIdentity: config.tls === "verify_identity" } }),
    // Only whom we have made sure of gets a password as it is.
    enableCleartextPlugin: verified,
    charset: "UTF8MB4_UNICODE_CI",
    // Ours covers signing in as well.
    connectTimeout: 0,
    connectAttributes: { program_name: "osiris" },
    // A server cannot ask a session that reads for a file.
    flags: purpose === "read" ? ["-LOCAL_FILES"] : [],
    infileStreamFactory: refuseFile,
    multipleStatements: false,
    maxPreparedStatements: PREPARED_STATEMENTS,
    // Nothing is rounded, and no Date and no time zone of the machine comes in between.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    decimalNumbers: false,
    jsonStrings: true,
  };
  return { options, socket };
}

/** A server may ask for any file of this machine in answer to any statement. LOAD DATA brings a stream of its own. */
function refuseFile(): Readable {
  const refused = new OsirisError({
    code: "mysql.file_refused",
    category: "external",
    message: "The server asked for a file of this machine, and got none",
    hint: "No statement of Osiris asks for that here. Is it the server that it should be?",
  });
  return new Readable({ read: () => {}, construct: (done) => done(refused) });
}

function openSocket({ host, port, socket: path }: MysqlConnection): Socket {
  if (path !== undefined) return connect({ path });
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  // Node compares a certificate with this name when TLS begins on a socket that stands; for an address it leaves it empty,
  // and would compare with "localhost".
  return Object.assign(socket, { _host: host });
}

/** @throws OsirisError `mysql.tls_file` */
export async function readTlsFiles(config: MysqlConnection, signal: AbortSignal): Promise<TlsFiles> {
  const ca = await readPem(config.tls_ca, "tls_ca", signal);
  const cert = await readPem(config.tls_cert, "tls_cert", signal);
  const key = await readPem(config.tls_key, "tls_key", signal);
  const files = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  usable(files, "tls_key and tls_cert");
  return files;
}

const PEM_PARTS = { tls_ca: "ca", tls_cert: "cert", tls_key: "key" } as const;

async function readPem(
  file: string | undefined,
  field: keyof typeof PEM_PARTS,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    const text = await readFile(file, { encoding: "utf8", signal });
    usable({ [PEM_PARTS[field]]: text }, field);
    return text;
  } catch (error) {
    signal.throwIfAborted();
    throw unusable(field, error);
  }
}

/** Here, where it is known which of them is wrong. */
function usable(files: TlsFiles, fields: string): void {
  try {
    createSecureContext(files);
  } catch (error) {
    throw unusable(fields, error);
  }
}

function unusable(fields: string, error: unknown): OsirisError {
  if (isOsirisError(error)) return error;
  return new OsirisError({
    code: "mysql.tls_file",
    category: "usage",
    message: `${fields} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    hint: "They have to be PEM files that this user may read, and a key and a certificate that belong together.",
    cause: error,
  });
}

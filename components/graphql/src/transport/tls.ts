import { readFile } from "node:fs/promises";
import { toOsirisError } from "@osiris/core";
import type { TlsOptions } from "@osiris/http";
import type { GraphqlConnection } from "../config.ts";

/** The connection's TLS settings, with the files read. */
export async function tlsOf(connection: GraphqlConnection): Promise<TlsOptions> {
  const { validate_ssl: verify, tls_ca, tls_cert, tls_key } = connection;
  const [ca, cert, key] = await Promise.all([
    pem(tls_ca, "tls_ca"),
    pem(tls_cert, "tls_cert"),
    pem(tls_key, "tls_key"),
  ]);
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function pem(file: string | undefined, field: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw toOsirisError(error, `Cannot read ${field}`);
  }
}

import path from "node:path";

import type { ServerOptions } from "./acquire.ts";

/** PEM texts: who the server is, and whose clients' certificates it trusts. */
export interface ServerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface TlsServerOptions extends ServerOptions {
  /** @default what the server does by itself: MariaDB 10.11 has no TLS then, MySQL makes its own certificate */
  readonly tls?: ServerTls;
}

/** Where a container finds the files. */
export const CONTAINER_TLS_FOLDER = "/etc/osiris-tls";

const PARTS = ["ca", "cert", "key"] as const;

export function tlsFiles({ tls }: TlsServerOptions): Readonly<Record<string, string>> {
  return tls === undefined ? {} : Object.fromEntries(PARTS.map((part) => [fileName(part), tls[part]]));
}

/** The server's own arguments: MariaDB and MySQL share them. */
export function tlsArguments({ tls }: TlsServerOptions, folder: string): readonly string[] {
  return tls === undefined ? [] : PARTS.map((part) => `--ssl-${part}=${path.join(folder, fileName(part))}`);
}

/** Each file by itself: the folder is closed to the container's user. */
export function tlsMounts({ tls }: TlsServerOptions, folder: string): readonly string[] {
  if (tls === undefined) return [];
  return PARTS.map(fileName).map(
    (name) => `--volume=${path.join(folder, name)}:${CONTAINER_TLS_FOLDER}/${name}:ro`,
  );
}

export function needsOwnTls({ tls }: TlsServerOptions): string | undefined {
  return tls === undefined ? undefined : "the suite needs certificates of its own";
}

function fileName(part: (typeof PARTS)[number]): string {
  return `tls-${part}.pem`;
}

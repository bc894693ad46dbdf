import path from "node:path";

import { serverAccount } from "./account.ts";
import {
  needsOwnSettings,
  needsOwnUpstream,
  planServer,
  type ServerOptions,
  type ServerPlan,
} from "./acquire.ts";
import { postgresConversation } from "./conversation.ts";
import { startContainer } from "./docker.ts";
import type { Installation } from "./installation.ts";
import type { RunningServer } from "./server.ts";
import {
  serverEnvironment,
  startProcess,
  type Place,
  type Ready,
  type ServerProcess,
} from "./server-process.ts";

export interface PgbouncerOptions extends ServerOptions {
  /** The server to stand in front of. */
  readonly postgres: RunningServer;
}

const CONFIG = "pgbouncer.ini";
const USERS = "users.txt";

/** PgBouncer: pools by transaction, and takes its PostgreSQL's user and password. */
export function pgbouncerServer(options: PgbouncerOptions): ServerPlan {
  return planServer({
    name: "PgBouncer",
    urlVariable: "OSIRIS_TEST_PGBOUNCER_URL",
    conversation: ({ user, database }) => postgresConversation(user, database),
    needsOwn: () => needsOwnUpstream(options.postgres) ?? needsOwnSettings(options),
    programs: ["pgbouncer"],
    folders: [],
    packages: ["pgbouncer"],
    start: (installation) => start(installation, options),
    startContainer: () =>
      startContainer({
        name: "PgBouncer",
        // Without a tag, as none could be tried.
        image: "edoburu/pgbouncer",
        files: (place) => files(place, options),
        options: ({ folder }) => [
          `--volume=${folder}:${folder}:ro`,
          // The folder is closed to others.
          `--user=${folderOwner()}`,
          "--entrypoint=pgbouncer",
        ],
        arguments: ({ folder }) => [path.join(folder, CONFIG)],
        ready: ready(options),
      }),
    url: ({ place }) => {
      const url = new URL(options.postgres.url);
      url.host = `${place.host}:${place.port}`;
      return url.href;
    },
  });
}

function start(
  { program, environment }: Installation<"pgbouncer">,
  options: PgbouncerOptions,
): Promise<ServerProcess> {
  return startProcess({
    name: "PgBouncer",
    files: (place) => files(place, options),
    command: ({ folder }) => [program("pgbouncer"), path.join(folder, CONFIG)],
    stop: "TERM",
    ready: ready(options),
    environment: serverEnvironment(environment),
    account: serverAccount(),
    startTimeout: 30_000,
  });
}

function ready({ postgres }: PgbouncerOptions): Ready {
  return { log: /process up: PgBouncer/iu, port: postgresConversation(postgres.user, postgres.database) };
}

function files(place: Place, { postgres, settings }: PgbouncerOptions): Readonly<Record<string, string>> {
  const pgbouncer = {
    listen_addr: place.host,
    listen_port: String(place.port),
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: path.join(place.folder, USERS),
    pool_mode: "transaction",
    ...settings,
  };
  return {
    [CONFIG]: [
      "[databases]",
      `* = host=${postgres.host} port=${postgres.port}`,
      "[pgbouncer]",
      ...Object.entries(pgbouncer).map(([name, value]) => `${name} = ${value}`),
      "",
    ].join("\n"),
    // The password itself, as PgBouncer has to sign in with it, too.
    [USERS]: `${quoted(postgres.user)} ${quoted(postgres.password)}\n`,
  };
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function folderOwner(): string {
  const { uid, gid } = serverAccount() ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return `${uid}:${gid}`;
}

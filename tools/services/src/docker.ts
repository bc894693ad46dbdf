import { randomBytes } from "node:crypto";

import type { Absent } from "./installation.ts";
import { run } from "./run.ts";
import { startProcess, type Command, type Launch, type Place, type ServerProcess } from "./server-process.ts";

/**
 * A server from an image. This way was written without a Docker engine at hand: it has not been run.
 */
export interface Container extends Pick<Launch, "name" | "files" | "ready"> {
  readonly image: string;
  /** Given to `docker run` before the image. */
  options?(place: Place): readonly string[];
  /** Given to the image's own start script. */
  arguments?(place: Place): readonly string[];
  /** The port inside of the container; without one it shares this machine's network and uses the place's port. */
  readonly port?: number;
}

/** Says why Docker cannot be used, if so. An engine that does not answer soon is none. */
export async function dockerAbsence(): Promise<Absent | undefined> {
  const info = await run("docker", ["info"], { timeout: 5_000 });
  return info.ok ? undefined : { absent: info.why };
}

/** Runs the container in the foreground, so that its log and its end are those of a process here. */
export function startContainer(container: Container): Promise<ServerProcess> {
  const name = `osiris-test-${randomBytes(6).toString("hex")}`;
  return startProcess({
    ...container,
    command: (place) => dockerRun(container, name, place),
    stop: () => ["docker", "rm", "--force", name],
    environment: process.env,
    // The engine is used by us; who runs inside of the container is the image's affair.
    account: undefined,
    // The image may have to be fetched first.
    startTimeout: 300_000,
  });
}

function dockerRun(container: Container, name: string, place: Place): Command {
  const network =
    container.port === undefined
      ? ["--network", "host"]
      : ["--publish", `${place.host}:${place.port}:${container.port}`];
  return [
    ...(["docker", "run", "--rm", "--name", name] as const),
    ...network,
    ...(container.options?.(place) ?? []),
    container.image,
    ...(container.arguments?.(place) ?? []),
  ];
}

import { afterEach, describe, expect, test, vi } from "vitest";

import { planServer, type ServerSoftware, type Way } from "../src/acquire.ts";
import { startServer, type Server, type ServerPlan, type ServerUnavailableError } from "../src/index.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const server: Server = {
  url: "test://there:1",
  host: "there",
  port: 1,
  user: "",
  password: "",
  database: "",
  origin: "path",
  process: undefined,
  log: () => "",
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function planOf(...ways: readonly Way[]): ServerPlan {
  return { name: "Imaginary", ways, advice: "Imagine it." };
}

/** A program that no machine has. */
const nowhere: ServerSoftware<"osiris-no-such-server"> = {
  name: "Nowhere",
  urlVariable: "OSIRIS_TEST_NOWHERE_URL",
  conversation: () => ({ accepts: () => true }),
  needsOwn: () => undefined,
  programs: ["osiris-no-such-server"],
  folders: [],
  packages: ["osiris-no-such-package"],
  start: () => Promise.reject(new Error("there is nothing to start")),
  startContainer: () => Promise.reject(new Error("there is no image to start")),
  url: () => "test://nowhere:1",
};

async function unavailable(plan: ServerPlan): Promise<ServerUnavailableError> {
  const outcome = await startServer(plan).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: "ServerUnavailableError" });
  return outcome as ServerUnavailableError;
}

describe("startServer", { timeout: 30_000 }, () => {
  test("goes the ways in order, to the first that leads to a server", async () => {
    const gone: string[] = [];
    const way = (name: string, outcome: Awaited<ReturnType<Way["obtain"]>>): Way => ({
      name,
      obtain: () => {
        gone.push(name);
        return Promise.resolve(outcome);
      },
    });
    const plan = planOf(
      way("first", { absent: "no" }),
      way("second", server),
      way("third", { absent: "no" }),
    );

    expect(await startServer(plan)).toBe(server);
    expect(gone).toEqual(["first", "second"]);
  });

  test("does not go on after a way that should have led to a server", async () => {
    const plan = planOf(
      { name: "broken", obtain: () => Promise.reject(new Error("it does not start")) },
      { name: "second", obtain: () => Promise.resolve(server) },
    );
    await expect(startServer(plan)).rejects.toThrow("it does not start");
  });

  test("says why for each way when none leads to a server", async () => {
    const plan = planOf(
      { name: "map", obtain: () => Promise.resolve({ absent: "not drawn yet" }) },
      { name: "compass", obtain: () => Promise.resolve({ absent: "lost" }) },
    );
    const { message } = await unavailable(plan);
    expect(message).toBe(
      "Imaginary is not available:\n  - map: not drawn yet\n  - compass: lost\n  Imagine it.",
    );
  });
});

describe("the usual ways", { timeout: 30_000 }, () => {
  test("are the URL, PATH, Docker and apt-get, and say how to get the server", async () => {
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
    vi.stubEnv("OSIRIS_TEST_INSTALL", "0");
    const { absences, message } = await unavailable(planServer(nowhere));
    expect(absences).toEqual([
      { way: "OSIRIS_TEST_NOWHERE_URL", absent: "not set" },
      { way: "PATH", absent: "no osiris-no-such-server there" },
      { way: "Docker", absent: expect.stringMatching(/\S/u) },
      { way: "apt-get", absent: "used only in CI, without a terminal, or with OSIRIS_TEST_INSTALL=1" },
    ]);
    expect(message).toContain(
      "Set OSIRIS_TEST_NOWHERE_URL, put osiris-no-such-server on PATH, start Docker, or",
    );
  });

  test("start with npm where a package has the programs", async () => {
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere/docker.sock");
    vi.stubEnv("OSIRIS_TEST_INSTALL", "0");
    const npm = (): Promise<{ absent: string }> => Promise.resolve({ absent: "not installed" });
    const { absences } = await unavailable(planServer({ ...nowhere, npm }));
    expect(absences.slice(0, 2)).toEqual([
      { way: "OSIRIS_TEST_NOWHERE_URL", absent: "not set" },
      { way: "npm", absent: "not installed" },
    ]);
  });
});

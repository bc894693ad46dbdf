import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dockerAbsence, startContainer } from "../src/docker.ts";
import { FIXTURES } from "./child-suite.ts";
import { GONE, look } from "./gone.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "osiris-docker-"));
  symlinkSync(path.join(FIXTURES, "docker.sh"), path.join(folder, "docker"));
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env["PATH"] ?? ""}`);
  vi.stubEnv("FAKE_DOCKER_FOLDER", folder);
  vi.stubEnv("FAKE_DOCKER_NODE", process.execPath);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function calls(): readonly string[] {
  return readFileSync(path.join(folder, "calls"), "utf8").trim().split("\n");
}

test("a container is started by a name, and removed by it", async () => {
  expect(await dockerAbsence()).toBeUndefined();
  const container = await startContainer({
    name: "the greeter",
    image: "greeter:1",
    options: () => ["--env=GREETING=hi"],
    arguments: () => ["--loud"],
    port: 99,
    ready: { log: /^up$/mu, port: { accepts: (reply) => reply.toString() === "hi" } },
  });
  const { pid, place } = container;

  await container.close();

  expect(await look({ pid, ...place })).toEqual(GONE);
  const [info, run = "", ...removals] = calls();
  const name = /--name (?<name>osiris-test-[0-9a-f]{12}) /u.exec(run)?.groups?.["name"] ?? "";
  expect(info).toBe("info");
  expect(run).toBe(
    `run --rm --name ${name} --publish 127.0.0.1:${place.port}:99 --env=GREETING=hi greeter:1 --loud`,
  );
  expect(new Set(removals)).toEqual(new Set([`rm --force ${name}`]));
});

test("Docker without an engine is absent, with the reason", async () => {
  vi.stubEnv("PATH", path.join(folder, "nowhere"));
  expect(await dockerAbsence()).toEqual({ absent: expect.stringContaining("docker") });
});

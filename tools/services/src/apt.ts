import { readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

import { mustBeAllowedToFetch } from "./fetching.ts";
import type { Absent } from "./installation.ts";
import { mustRun } from "./run.ts";
import { sharedFolder, sharedRoot } from "./template.ts";

const UPDATE_TIMEOUT = 180_000;
const PLAN_TIMEOUT = 60_000;
const DOWNLOAD_TIMEOUT = 240_000;
const UNPACK_TIMEOUT = 120_000;

/** Packages unpacked into a folder. */
export interface Unpacked {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Unpacks the packages, and those they need that are not here yet, into a shared folder.
 *
 * They are not installed: an installed server would start as a system service, add users, and stay. Unpacking runs
 * none of a package's scripts, takes no lock of dpkg's, and needs no root.
 */
export async function unpackPackages(packages: readonly string[]): Promise<Unpacked | Absent> {
  try {
    const folder = await sharedFolder(["apt", ...packages], (building) => fetch(packages, building));
    return unpackedIn(path.join(folder, "root"));
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
}

async function fetch(packages: readonly string[], folder: string): Promise<void> {
  mustBeAllowedToFetch();
  const archives = path.join(folder, "archives");
  await mkdir(archives);
  try {
    await download(packages, archives);
  } catch {
    // The package lists are missing, or older than the mirror.
    await updateLists();
    await download(packages, archives);
  }
  for (const archive of readdirSync(archives)) {
    await mustRun("dpkg-deb", ["--extract", path.join(archives, archive), path.join(folder, "root")], {
      timeout: UNPACK_TIMEOUT,
    });
  }
  await rm(archives, { recursive: true });
}

async function download(packages: readonly string[], folder: string): Promise<void> {
  const added = await plan(packages);
  process.stderr.write(
    `osiris tests: fetching ${added.map(({ name, version }) => `${name} ${version}`).join(", ")} with apt-get, ` +
      `to be unpacked into ${sharedRoot()}; nothing is installed in the system\n`,
  );
  // Programs may be spread over the packages, of which some may be installed, and so not be added.
  const names = new Set([...packages, ...added.map(({ name }) => name)]);
  await mustRun("apt-get", ["download", ...names], { timeout: DOWNLOAD_TIMEOUT, folder });
}

interface Package {
  readonly name: string;
  readonly version: string;
}

/** The packages that installing would add; those it would only renew are here, and good enough to try. */
async function plan(packages: readonly string[]): Promise<readonly Package[]> {
  const simulate = ["--simulate", "--no-install-recommends", "install", ...packages];
  const simulated = await mustRun("apt-get", simulate, { timeout: PLAN_TIMEOUT });
  const added = simulated.matchAll(/^Inst (?<name>\S+) \((?<version>\S+)/gmu);
  return [...added].map(({ groups }) => ({
    name: groups?.["name"] ?? "",
    version: groups?.["version"] ?? "",
  }));
}

/** One suite at a time: apt-get does not wait for the lock of the lists. The lock ends with its process. */
async function updateLists(): Promise<void> {
  process.stderr.write("osiris tests: running apt-get update\n");
  const lock = path.join(sharedRoot(), "apt.lock");
  await mustRun("flock", ["--timeout", "120", lock, "apt-get", "update"], { timeout: UPDATE_TIMEOUT });
}

function unpackedIn(root: string): Unpacked {
  const folders = ["usr/lib", "lib"].flatMap((folder) => librariesIn(path.join(root, folder)));
  return { root, environment: { LD_LIBRARY_PATH: folders.join(path.delimiter) } };
}

/** Debian keeps the libraries of a platform in a folder of its name. */
function librariesIn(folder: string): readonly string[] {
  try {
    const platforms = readdirSync(folder).filter((name) => /-linux-gnu/u.test(name));
    return [folder, ...platforms.map((name) => path.join(folder, name))];
  } catch {
    return [];
  }
}

import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { serverAccount, type Account } from "./account.ts";

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** What a shared folder is made from: different parts, different folder. */
export type SharedKey = readonly [kind: string, ...parts: readonly (string | number)[]];

/**
 * A folder that all suites of this user share: made once by `build`, then only read. Suites that come at the same
 * time may each build it; the first one's folder stays and the others drop theirs.
 */
export async function sharedFolder(
  key: SharedKey,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const root = sharedRoot();
  const folder = path.join(root, nameOf(key));
  if (existsSync(folder)) return folder;

  await removeOld(root);
  const building = mkdtempSync(path.join(root, "building-"));
  try {
    chmodSync(building, 0o755);
    await build(building);
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** A server's first data folder: `fill` makes it once, every server gets a copy. */
export async function dataTemplate(
  key: SharedKey,
  fill: (data: string, account: Account | undefined) => Promise<unknown>,
): Promise<string> {
  const account = serverAccount();
  const folder = await sharedFolder([...key, account?.uid ?? "self"], async (building) => {
    const data = path.join(building, "data");
    mkdirSync(data, { mode: 0o700 });
    giveTo(account, data);
    await fill(data, account);
  });
  return path.join(folder, "data");
}

/** A new folder for one server, open only to the account that the server runs as. */
export function createServerFolder(): string {
  const folder = mkdtempSync(path.join(temporaryFolder(), "osiris-test-"));
  giveTo(serverAccount(), folder);
  return folder;
}

/** Whatever the umask, the account that servers run as can then read it. */
export function giveTo(account: Account | undefined, file: string): void {
  if (account !== undefined) chownSync(file, account.uid, account.gid);
}

/**
 * Root's TMPDIR may be closed to the account that servers run as. And a socket's path must stay below 104 bytes,
 * which a long TMPDIR would break.
 */
function temporaryFolder(): string {
  return process.getuid?.() === 0 || tmpdir().length > 70 ? "/tmp" : tmpdir();
}

/** Where shared folders are, one for each user. */
export function sharedRoot(): string {
  const uid = process.getuid?.() ?? 0;
  const root = path.join(temporaryFolder(), `osiris-test-shared-${uid}`);
  // Whatever the umask, the account that servers run as comes through here.
  if (mkdirSync(root, { recursive: true }) !== undefined) chmodSync(root, 0o755);
  const found = lstatSync(root);
  // The name can be guessed: programs that another user put there must not be run.
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0) {
    throw new Error(`cannot use ${root}: it has to be a folder that only this user can write to; remove it`);
  }
  return root;
}

/**
 * The week is part of the key: systems that clean their temporary folder file by file after some days would
 * otherwise leave half a template behind.
 */
function nameOf([kind, ...parts]: SharedKey): string {
  const week = Math.floor(Date.now() / WEEK);
  const digest = createHash("sha256")
    .update(JSON.stringify([week, ...parts]))
    .digest("hex");
  return `${kind}-${digest.slice(0, 16)}`;
}

/** Folders of past weeks, and builds that were cut short. */
async function removeOld(root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const folder = path.join(root, name);
    const made = lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > 2 * WEEK) await rm(folder, { recursive: true, force: true });
  }
}

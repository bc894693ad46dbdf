import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder for this test, removed when it has finished. */
export function tempFolder(): string {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder for this test file, removed after its last test. */
export function tempFolderForFile(): string {
  const folder = newFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

function newFolder(): string {
  // Without symbolic links in its path: npm and git print real paths.
  return realpathSync(mkdtempSync(join(tmpdir(), "osiris-checks-")));
}

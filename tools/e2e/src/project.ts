import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { assertRunRecords } from "./run-records.ts";

export const REPOSITORY: string = join(import.meta.dirname, "../../..");

/**
 * A folder with the given files, removed when the test has finished; the records of all runs in it are validated before.
 * Drivers come from beside the command.
 */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "osiris-e2e-"));
  onTestFinished(() => {
    try {
      assertRunRecords(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A copy of an example, so that a test leaves nothing behind in the repository. Its own drivers are linked, as npm does. */
export function exampleProject(name: string): string {
  const folder = project({});
  cpSync(join(REPOSITORY, "docs/examples", name), folder, { recursive: true });
  // Whoever has tried the example has these.
  for (const made of ["out", ".osiris_sessions", "node_modules"]) {
    rmSync(join(folder, made), { recursive: true, force: true });
  }
  linkOwnDrivers(folder);
  return folder;
}

/** The other dependencies are found beside the command, as in a clone of this repository. */
function linkOwnDrivers(folder: string): void {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return;
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { dependencies: Record<string, string> };
  const own = Object.entries(manifest.dependencies).filter(([, version]) => version.startsWith("file:"));
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies: Object.fromEntries(own) }));
  mkdirSync(join(folder, "node_modules"));
  for (const [name, version] of own) {
    symlinkSync(join(folder, version.slice("file:".length)), join(folder, "node_modules", name), "dir");
  }
}

/** A pipeline file around the given steps. */
export function pipeline(steps: string, head = ""): string {
  return `oml_version: "0.1.0"\nname: test\n${head}steps:\n${steps}`;
}

/** The single run folder of a project. */
export function runFolder(folder: string): string {
  const sessions = join(folder, ".osiris_sessions");
  const [run, ...more] = readdirSync(sessions).filter((name) => !["builds", "locks"].includes(name));
  if (run === undefined || more.length > 0) throw new Error(`expected one run in ${sessions}`);
  return join(sessions, run);
}

/** The lines of a run's events.jsonl or metrics.jsonl. */
export function logLines(run: string, name: "events" | "metrics"): readonly Record<string, unknown>[] {
  const text = readFileSync(join(run, "logs", `${name}.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

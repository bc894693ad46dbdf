import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { outcomeOf, type Outcome } from "./osiris.ts";
import { exampleProject, REPOSITORY } from "./project.ts";

/** A copy of an example as it is in a clone, below the repository's packages: those that it imports are there. */
export function clonedExample(name: string, packages: readonly string[]): string {
  const folder = exampleProject(name);
  for (const imported of packages) {
    const link = join(folder, "node_modules", imported);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules", imported), link, "dir");
  }
  return folder;
}

/** Runs the example's `npm start`. */
export function npmStart(folder: string): Promise<Outcome> {
  const PATH = [join(REPOSITORY, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1" };
  return outcomeOf(spawn("npm", ["start"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** The command in an example's README that begins so. */
export function documentedCommand(example: string, beginning: string): string {
  const readme = readFileSync(join(REPOSITORY, "docs/examples", example, "README.md"), "utf8");
  const line = readme.split("\n").find((text) => text.startsWith(beginning));
  if (line === undefined) throw new Error(`the README has no "${beginning}"`);
  return line;
}

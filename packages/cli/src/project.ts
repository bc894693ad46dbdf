import { fileURLToPath } from "node:url";
import {
  openCatalog,
  readProjectConfig,
  readSurroundings,
  sessionsFolder,
  type Catalog,
  type DiscoveryScope,
  type ProjectConfig,
  type ReadingDepth,
  type Surroundings,
} from "@osiris/runtime";
import type { Output } from "./output.ts";

/** The folder of this package, one above this file and the built one: drivers are also looked for beside the command. */
export const CLI_FOLDER: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** What surrounds a command: the project it was called in. */
export interface Project {
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** What osiris.yaml says. */
  readonly config: ProjectConfig;
}

export function openProject(depth: ReadingDepth = "use"): Project {
  const scope = discoveryScope();
  return {
    catalog: openCatalog(scope, depth),
    surroundings: readSurroundings(process.cwd(), process.env),
    config: scope.project,
  };
}

export function openProjectCatalog(depth: ReadingDepth = "use"): Catalog {
  return openCatalog(discoveryScope(), depth);
}

export function discoveryScope(): DiscoveryScope {
  const cwd = process.cwd();
  return { cwd, cliFolder: CLI_FOLDER, project: readProjectConfig(cwd) };
}

export function sessions(given: string | undefined): string {
  return sessionsFolder(process.cwd(), given ?? process.env["OSIRIS_SESSIONS"]);
}

/** Driver packages that are there and cannot be used: why a component may be missing. */
export function noteProblems(problems: Catalog["problems"], output: Output): void {
  for (const problem of problems) output.note(`warning: ${problem.package}: ${problem.message}`);
}

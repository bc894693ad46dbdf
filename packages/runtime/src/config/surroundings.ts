import { join, relative } from "node:path";
import { CONNECTIONS_FILE } from "@osiris/compiler";
import { findUpwards } from "./find-upwards.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { readSourceText } from "./source-text.ts";

/** What a run takes from the place where it is started: no part of the manifest, and different on every machine. */
export interface Surroundings {
  /** osiris_connections.yaml, from the working directory upwards; its name as shown to the user. */
  readonly connections?: { readonly text: string; readonly file: string; readonly folder: string };
  readonly environment: Environment;
}

/** `.env` is read beside osiris_connections.yaml, or in the working directory where there is none. */
export function readSurroundings(cwd: string, exported: Environment): Surroundings {
  const folder = findUpwards(cwd, CONNECTIONS_FILE);
  const environment = readEnvironment(folder ?? cwd, exported);
  if (folder === undefined) return { environment };
  const file = join(folder, CONNECTIONS_FILE);
  return {
    connections: { text: readSourceText(file, { fatal: false }), file: relative(cwd, file), folder },
    environment,
  };
}

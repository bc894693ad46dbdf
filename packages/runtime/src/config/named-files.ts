import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ReadNamedFile } from "@osiris/compiler";
import { readAtMost } from "./source-text.ts";
import type { Surroundings } from "./surroundings.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads the files that drivers ask for when a pipeline is compiled.
 * @param baseDir where relative paths in the pipeline start
 */
export function namedFileReader(baseDir: string, { connections }: Surroundings): ReadNamedFile {
  return ({ path, from }) => {
    const folder = from === "pipeline" ? baseDir : (connections?.folder ?? baseDir);
    return readText(resolve(folder, path));
  };
}

function readText(file: string): ReturnType<ReadNamedFile> {
  try {
    // A pipe would wait for its writer.
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return { problem: "there is no such file" };
    if (!found.isFile()) return { problem: "it is not a file" };
    const bytes = readAtMost(file, MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) return { problem: "it is larger than 64 MiB" };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { problem: "it is not in UTF-8" };
    return { problem: `it cannot be read (${error instanceof Error ? error.message : String(error)})` };
  }
}

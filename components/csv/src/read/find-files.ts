import { glob, open, stat } from "node:fs/promises";
import { OsirisError } from "@osiris/core";
import { fileError, notAFile } from "../errors.ts";
import { pathsOf, type CsvExtractorConfig } from "./config.ts";
import type { FileFormat } from "./byte-source.ts";
import { FOREIGN, foreignFormat } from "./file-errors.ts";

/** A file to read, as it is when the step starts. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  readonly format: FileFormat;
}

/** The characters that make a path a pattern, unless a file has that very name. */
export const PATTERN: RegExp = /[*?[\]{}]/;

/** The files that the config names, each once: patterns in the order of names. */
export async function findFiles(config: CsvExtractorConfig): Promise<readonly InputFile[]> {
  const paths = new Set<string>();
  for (const path of pathsOf(config)) for (const file of await expand(path)) paths.add(file);
  const files: InputFile[] = [];
  for (const path of paths) files.push(await inspect(path, config));
  return files;
}

async function expand(path: string): Promise<readonly string[]> {
  if (!PATTERN.test(path) || (await exists(path))) return [path];
  const found: string[] = [];
  for await (const entry of glob(path, { withFileTypes: true })) {
    if (!entry.isDirectory()) found.push(`${entry.parentPath}/${entry.name}`);
  }
  if (found.length > 0) return found.toSorted();
  throw new OsirisError({
    code: "csv.file_not_found",
    category: "external",
    message: `No file matches ${path}`,
    hint: "Check the pattern; a relative one starts at the pipeline file, or at base_dir.",
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw fileError(error, path);
  }
}

async function inspect(path: string, config: CsvExtractorConfig): Promise<InputFile> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw notAFile(path, found.isDirectory());
    const compression =
      config.compression === "infer" ? await compressionOf(path, config) : config.compression;
    const format = { compression: compression as FileFormat["compression"], encoding: config.encoding };
    return { path, bytes: found.size, modified: found.mtimeMs, format };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Told by the file's first bytes: names lie. */
async function compressionOf(
  path: string,
  { encoding }: CsvExtractorConfig,
): Promise<FileFormat["compression"]> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const start = buffer.subarray(0, bytesRead);
    const found = FOREIGN.find(({ magic }) => magic.every((byte, index) => start[index] === byte));
    if (found === undefined || found.encoding === encoding) return "none";
    if (found.compression !== undefined) return found.compression;
    throw foreignFormat(path, found);
  } finally {
    await file.close();
  }
}

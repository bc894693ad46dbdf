import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { compile, type Finding } from "@osiris/compiler";
import {
  compilerView,
  isManifestText,
  namedFileReader,
  readManifestFiles,
  readSourceText,
  type RunnablePipeline,
} from "@osiris/runtime";
import type { Output } from "./output.ts";
import { noteProblems, type Project } from "./project.ts";
import { usage } from "./usage-error.ts";

export interface LoadOptions {
  /** `--param name=value`, as given. */
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly baseDir?: string;
}

/** Something that can run, and the warnings that came with it. */
export interface LoadedPipeline extends RunnablePipeline {
  readonly findings: readonly Finding[];
}

/** What came of reading a file; findings of one that can run are warnings. */
export type ReadPipeline =
  | { readonly ok: true; readonly pipeline: LoadedPipeline }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads a pipeline for a command that needs it. Undefined: its mistakes were reported. Warnings have been shown, too.
 */
export async function loadPipeline(
  file: string,
  project: Project,
  options: LoadOptions,
  output: Output,
): Promise<LoadedPipeline | undefined> {
  const read = await readPipeline(file, project, options);
  if (read.ok) {
    await output.warnings(read.pipeline.findings);
    return read.pipeline;
  }
  // A component may be missing because its package is broken.
  noteProblems(project.catalog.problems, output);
  await output.findings(read.findings);
  return undefined;
}

/** Compiles a pipeline file, or reads the manifest that it turns out to be. */
export async function readPipeline(
  file: string,
  { catalog, surroundings, config }: Project,
  options: LoadOptions,
): Promise<ReadPipeline> {
  const text = readPipelineText(file);
  const baseDir = options.baseDir === undefined ? undefined : existingFolder(options.baseDir);
  if (isManifestText(text)) {
    if ((options.param ?? []).length > 0 || options.profile !== undefined) {
      throw usage("A manifest's parameters are fixed; --param and --profile work on a pipeline file only.");
    }
    return { ok: true, pipeline: { ...readManifestFiles(file, baseDir), findings: [] } };
  }
  const folder = baseDir ?? dirname(resolve(file));
  const result = await compile({
    text,
    file: relative(process.cwd(), resolve(file)),
    components: compilerView(catalog),
    params: parseParams(options.param ?? []),
    baseDir: folder,
    readFile: namedFileReader(folder, surroundings),
    ...(config.defaults === undefined ? {} : { defaults: config.defaults }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(surroundings.connections === undefined ? {} : { connections: surroundings.connections }),
  });
  if (!result.ok) return result;
  const { findings, placeInFile } = result;
  return { ok: true, pipeline: { ...result.pipeline, baseDir: folder, findings, placeInFile } };
}

function existingFolder(given: string): string {
  const folder = resolve(given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw usage(`--base-dir ${given}: there is no such folder`);
}

function readPipelineText(file: string): string {
  if (!existsSync(file)) throw usage(`There is no file ${file}`);
  if (statSync(file).isDirectory()) throw usage(`${file} is a folder; name the pipeline file in it`);
  try {
    return readSourceText(file, { fatal: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usage(`${file} is not in UTF-8`, "Save it in UTF-8.");
  }
}

function parseParams(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw usage(`--param ${text}: write --param name=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import {
  MANIFEST_SCHEMA,
  manifestFingerprint,
  schemaProblem,
  type CompiledPipeline,
  type Manifest,
  type PlaceInFile,
  type StepConfig,
} from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { parse } from "yaml";
import { replaceFile } from "./replace-file.ts";

/** Stands beside a manifest, never in it: the folder that its relative paths start from on this machine. */
const ORIGIN_FILE = "origin.json";

/** A manifest with all that is needed to run it here. */
export interface RunnablePipeline {
  readonly manifest: Manifest;
  readonly configs: ReadonlyMap<string, StepConfig>;
  readonly files: CompiledPipeline["files"];
  /** Absolute. */
  readonly baseDir: string;
  /** For SQL that fails. @default the pipeline file is not at hand: places are those in the SQL */
  readonly placeInFile?: PlaceInFile;
}

/** Writes a compiled pipeline into a folder, and beside it where its relative paths start. */
export function writeManifestFiles(files: CompiledPipeline["files"], folder: string, baseDir: string): void {
  for (const [name, content] of files) {
    const file = join(folder, name);
    replaceUnlessEqual(file, content);
  }
  replaceUnlessEqual(join(folder, ORIGIN_FILE), `${JSON.stringify({ base_dir: baseDir })}\n`);
}

/** A run that is resumed has them already, and a crash must not leave it without. */
function replaceUnlessEqual(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  replaceFile(file, content);
}

/**
 * Reads a manifest back with its configs. `baseDir` overrides the recorded one. Refuses files that were changed since
 * they were compiled: nobody has checked them.
 */
export function readManifestFiles(manifestFile: string, baseDir?: string): RunnablePipeline {
  const folder = dirname(resolve(manifestFile));
  const text = readText(manifestFile);
  const manifest = parseManifest(text, manifestFile);
  const files = new Map([["manifest.yaml", text]]);
  const configs = new Map<string, StepConfig>();
  for (const step of manifest.steps) {
    const file = join(folder, step.cfg);
    const content = readText(file);
    files.set(step.cfg, content);
    configs.set(step.id, parseJson(content, file) as StepConfig);
  }
  if (manifestFingerprint(manifest, configs) !== manifest.fingerprints.manifest) {
    throw badManifest(manifestFile, "it, or a config beside it, was changed after it had been compiled");
  }
  files.set("plan.json", readText(join(folder, "plan.json")));
  return { manifest, configs, files, baseDir: baseDir ?? recordedBaseDir(folder) };
}

/** True when the file is a manifest rather than a pipeline. */
export function isManifestText(text: string): boolean {
  return /^manifest_version:/m.test(text);
}

function parseManifest(text: string, file: string): Manifest {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw badManifest(file, error instanceof Error ? error.message : String(error));
  }
  const problem = schemaProblem(MANIFEST_SCHEMA, value, "the manifest");
  if (problem !== undefined) throw badManifest(file, problem);
  return value as Manifest;
}

function recordedBaseDir(folder: string): string {
  const file = join(folder, ORIGIN_FILE);
  const origin = existsSync(file)
    ? (parseJson(readText(file), file) as { base_dir?: unknown } | null)
    : undefined;
  if (typeof origin?.base_dir === "string" && isAbsolute(origin.base_dir)) return origin.base_dir;
  throw new OsirisError({
    code: "manifest.no_base_dir",
    category: "usage",
    message: `${folder} does not say where the manifest's relative paths start`,
    hint: "Give the folder with --base-dir.",
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badManifest(file, error instanceof Error ? error.message : String(error));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new OsirisError({
      code: "manifest.unreadable",
      category: "usage",
      message: `Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}

function badManifest(file: string, why: string): OsirisError {
  return new OsirisError({
    code: "manifest.invalid",
    category: "usage",
    message: `${file}: ${why}`,
    hint: "Compile the pipeline again with this version of Osiris.",
  });
}

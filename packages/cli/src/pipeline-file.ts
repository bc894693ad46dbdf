import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { compile } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { isManifestText, readManifestFiles, type Catalog, type RunnablePipeline } from "@osiris/runtime";
import type { Output } from "./output.ts";
import { noteProblems } from "./project.ts";

export interface LoadOptions {
  /** `--param name=value`, as given. */
  readonly param?: readonly string[];
  readonly baseDir?: string;
}

/** Compiles a pipeline file, or reads the manifest that it turns out to be. Undefined: its mistakes were reported. */
export async function loadPipeline(
  file: string,
  catalog: Catalog,
  options: LoadOptions,
  output: Output,
): Promise<RunnablePipeline | undefined> {
  const text = readPipelineText(file);
  const baseDir = options.baseDir === undefined ? undefined : resolve(options.baseDir);
  if (isManifestText(text)) {
    if (options.param !== undefined && options.param.length > 0) {
      throw usage("A manifest's parameters are fixed; --param works on a pipeline file only.");
    }
    return readManifestFiles(file, baseDir);
  }
  const shown = relative(process.cwd(), resolve(file));
  const params = parseParams(options.param ?? []);
  const result = await compile({ text, file: shown, components: catalog.components, params });
  if (result.ok) return { ...result.pipeline, baseDir: baseDir ?? dirname(resolve(file)) };
  // A component may be missing because its package is broken.
  noteProblems(catalog.problems, output);
  await output.findings(result.findings, text);
  return undefined;
}

function readPipelineText(file: string): string {
  if (!existsSync(file)) throw usage(`There is no file ${file}`);
  if (statSync(file).isDirectory()) throw usage(`${file} is a folder; name the pipeline file in it`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
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

export function usage(message: string, hint?: string): OsirisError {
  return new OsirisError({
    code: "cli.usage",
    category: "usage",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

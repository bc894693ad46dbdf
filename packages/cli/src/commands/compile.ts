import { join, resolve } from "node:path";
import { writeManifestFiles } from "@osiris/runtime";
import { buildFolder, rememberCompile } from "../builds.ts";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { openProject, sessions } from "../project.ts";

export interface CompileOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly out?: string;
  readonly sessionsDir?: string;
}

export async function compileCommand(
  file: string,
  options: CompileOptions,
  output: Output,
): Promise<ExitCode> {
  using _ = guardCheck(output);
  const compiled = await loadPipeline(file, openProject(), options, output);
  if (compiled === undefined) return EXIT.usage;
  const { manifest, files, baseDir } = compiled;
  const root = sessions(options.sessionsDir);
  const folder =
    options.out === undefined
      ? buildFolder(root, manifest.pipeline.name, manifest.fingerprints.manifest)
      : resolve(options.out);
  writeManifestFiles(files, folder, baseDir);
  const manifestFile = join(folder, "manifest.yaml");
  rememberCompile(root, manifestFile);
  const document = { status: "ok", manifest: manifestFile, fingerprint: manifest.fingerprints.manifest };
  await output.result(
    () => document,
    () => `${manifestFile}\n${manifest.fingerprints.manifest}`,
  );
  return EXIT.ok;
}

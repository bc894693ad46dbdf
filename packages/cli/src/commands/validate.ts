import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { noteProblems, openProjectCatalog } from "../project.ts";

export interface ValidateOptions {
  readonly param?: readonly string[];
}

export async function validateCommand(
  file: string,
  options: ValidateOptions,
  output: Output,
): Promise<ExitCode> {
  const catalog = openProjectCatalog();
  const loaded = await loadPipeline(file, catalog, options);
  if ("findings" in loaded) {
    noteProblems(catalog.problems, output);
    await output.findings(loaded.findings, loaded.source);
    return EXIT.usage;
  }
  const { pipeline, steps } = loaded.pipeline.manifest;
  const document = { status: "ok", pipeline: pipeline.name, steps: steps.length, findings: [] };
  await output.result(
    () => document,
    () => `${file}: ok, ${steps.length} steps`,
  );
  return EXIT.ok;
}

import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { openProjectCatalog } from "../project.ts";

export interface ValidateOptions {
  readonly param?: readonly string[];
}

export async function validateCommand(
  file: string,
  options: ValidateOptions,
  output: Output,
): Promise<ExitCode> {
  const compiled = await loadPipeline(file, openProjectCatalog(), options, output);
  if (compiled === undefined) return EXIT.usage;
  const { pipeline, steps } = compiled.manifest;
  const document = { status: "ok", pipeline: pipeline.name, steps: steps.length, findings: [] };
  await output.result(
    () => document,
    () => `${file}: ok, ${steps.length} steps`,
  );
  return EXIT.ok;
}

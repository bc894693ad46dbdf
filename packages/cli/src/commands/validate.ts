import { EXIT, type ExitCode } from "../exit-code.ts";
import { findingDocument, type Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { openProject } from "../project.ts";

export interface ValidateOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
}

export async function validateCommand(
  file: string,
  options: ValidateOptions,
  output: Output,
): Promise<ExitCode> {
  const compiled = await loadPipeline(file, openProject(), options, output);
  if (compiled === undefined) return EXIT.usage;
  const { pipeline, steps } = compiled.manifest;
  const findings = compiled.findings.map(findingDocument);
  const document = { status: "ok", pipeline: pipeline.name, steps: steps.length, findings };
  await output.result(
    () => document,
    () => `${file}: ok, ${steps.length} steps`,
  );
  return EXIT.ok;
}

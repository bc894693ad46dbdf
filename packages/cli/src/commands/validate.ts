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
  const loaded = await loadPipeline(file, openProjectCatalog(), options);
  if ("findings" in loaded) {
    output.findings(loaded.findings, loaded.source);
    return EXIT.usage;
  }
  const { pipeline, steps } = loaded.pipeline.manifest;
  const document = { status: "ok", pipeline: pipeline.name, steps: steps.length, findings: [] };
  output.result(document, `${file}: ok, ${steps.length} steps`);
  return EXIT.ok;
}

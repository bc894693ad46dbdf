import type { Finding } from "@osiris/compiler";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findingDocument, type Output } from "../output.ts";
import { readPipeline } from "../pipeline-file.ts";
import { noteProblems, openProject } from "../project.ts";

export interface ValidateOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
}

/** Checks one pipeline or several, and reports the mistakes of all. */
export async function validateCommand(
  files: readonly string[],
  options: ValidateOptions,
  output: Output,
): Promise<ExitCode> {
  using _ = guardCheck(output);
  const project = openProject();
  const findings: Finding[] = [];
  const good: { readonly file: string; readonly pipeline: string; readonly steps: number }[] = [];
  for (const file of files) {
    const read = await readPipeline(file, project, options);
    findings.push(...(read.ok ? read.pipeline.findings : read.findings));
    if (!read.ok) continue;
    const { pipeline, steps } = read.pipeline.manifest;
    good.push({ file, pipeline: pipeline.name, steps: steps.length });
  }
  if (good.length < files.length) {
    // A component may be missing because its package is broken.
    noteProblems(project.catalog.problems, output);
    await output.findings(findings);
    return EXIT.usage;
  }
  await output.warnings(findings);
  const document = { status: "ok", pipelines: good, findings: findings.map(findingDocument) };
  await output.result(
    () => document,
    () => good.map(({ file, steps }) => `${file}: ok, ${steps} ${steps === 1 ? "step" : "steps"}`).join("\n"),
  );
  return EXIT.ok;
}

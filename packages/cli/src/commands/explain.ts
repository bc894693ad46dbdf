import { explain, type Explanation } from "@osiris/compiler";
import { findComponent, readConnections } from "@osiris/runtime";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { explanationMarkdown } from "../explain/markdown.ts";
import { explanationMermaid } from "../explain/mermaid.ts";
import type { Output } from "../output.ts";
import { loadPipeline, type LoadedPipeline } from "../pipeline-file.ts";
import { usage } from "../usage-error.ts";
import { openProject, type Project } from "../project.ts";

export interface ExplainOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly baseDir?: string;
  readonly mermaid?: boolean;
}

export async function explainCommand(
  file: string,
  options: ExplainOptions,
  output: Output,
): Promise<ExitCode> {
  using _ = guardCheck(output);
  if (options.mermaid && output.json) throw usage("Give --mermaid or --json, not both");
  const project = openProject();
  const pipeline = await loadPipeline(file, project, options, output);
  if (pipeline === undefined) return EXIT.usage;
  const explanation = await explainHere(pipeline, project);
  await output.result(
    () => ({ status: "ok", ...explanation }),
    () => (options.mermaid ? explanationMermaid(explanation) : explanationMarkdown(explanation)),
  );
  return EXIT.ok;
}

async function explainHere(
  { manifest, configs, baseDir }: LoadedPipeline,
  { catalog, surroundings }: Project,
): Promise<Explanation> {
  const set = Object.entries(surroundings.environment).filter(
    ([, value]) => value !== undefined && value !== "",
  );
  return explain({
    manifest,
    configs,
    baseDir,
    specs: new Map(manifest.steps.map((step) => [step.component, findComponent(step, catalog).spec])),
    connections: readConnections(manifest, catalog, surroundings),
    environment: new Set(set.map(([name]) => name)),
  });
}

import { planPipeline, Redactor } from "@osiris/runtime";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { loadPipeline } from "../pipeline-file.ts";
import { planText } from "../plan-text.ts";
import { openProject, sessions } from "../project.ts";

export interface PlanOptions {
  readonly param?: readonly string[];
  readonly profile?: string;
  readonly step?: string;
  readonly baseDir?: string;
  readonly sessionsDir?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function planCommand(file: string, options: PlanOptions, output: Output): Promise<ExitCode> {
  const redactor = new Redactor();
  using _ = guardCheck(output, redactor);
  const project = openProject();
  const pipeline = await loadPipeline(file, project, options, output);
  if (pipeline === undefined) return EXIT.usage;
  const { catalog, surroundings } = project;
  const steps = await planPipeline({
    pipeline,
    catalog,
    surroundings,
    sessions: sessions(options.sessionsDir),
    redactor,
    ...(options.step === undefined ? {} : { step: options.step }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  });
  const { name, profile } = pipeline.manifest.pipeline;
  const wouldFail = steps.some(({ status }) => status === "refused" || status === "failed");
  await output.result(
    () => ({
      status: wouldFail ? "error" : "ok",
      pipeline: name,
      ...(profile === undefined ? {} : { profile }),
      steps,
    }),
    () => planText(steps),
  );
  return wouldFail ? EXIT.failed : EXIT.ok;
}

import type { Command } from "commander";
import { baseDir, command, driverTimeout, param, profile, sessionsDir } from "../command-options.ts";
import type { CompileOptions } from "../commands/compile.ts";
import type { ExplainOptions } from "../commands/explain.ts";
import type { PlanOptions } from "../commands/plan.ts";
import type { ValidateOptions } from "../commands/validate.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** What can be done with a pipeline without running it. */
export function pipelineCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Pipelines:");
  command(program, "compile", "Check a pipeline and write its manifest.")
    .argument("<pipeline>", "a pipeline file")
    .addOption(param())
    .addOption(profile())
    .option("--out <folder>", "where to write (default: builds/ in the sessions folder)")
    .addOption(sessionsDir())
    .action(async (file: string, options: CompileOptions) => {
      const { compileCommand } = await import("../commands/compile.ts");
      done(await compileCommand(file, options, output));
    });

  command(program, "validate", "Check pipelines; report every mistake at once.")
    .argument("<pipelines...>", "pipeline files, one or several")
    .addOption(param())
    .addOption(profile())
    .action(async (files: readonly string[], options: ValidateOptions) => {
      const { validateCommand } = await import("../commands/validate.ts");
      done(await validateCommand(files, options, output));
    });

  command(program, "explain", "Say what a pipeline, or a manifest, will do and touch. Nothing is run.")
    .argument("<pipeline>", "a pipeline file or a manifest")
    .addOption(param())
    .addOption(profile())
    .addOption(baseDir())
    .option("--mermaid", "as a Mermaid flowchart (default: as Markdown)")
    .action(async (file: string, options: ExplainOptions) => {
      const { explainCommand } = await import("../commands/explain.ts");
      done(await explainCommand(file, options, output));
    });

  command(program, "plan", "Ask what a run would change at its destinations. Nothing is run or changed.")
    .argument("<pipeline>", "a pipeline file or a manifest")
    .addOption(param())
    .addOption(profile())
    .option("--step <step>", "only of this step (default: all that write)")
    .addOption(driverTimeout("30s"))
    .addOption(baseDir())
    .addOption(sessionsDir())
    .action(async (file: string, options: PlanOptions) => {
      const { planCommand } = await import("../commands/plan.ts");
      done(await planCommand(file, options, output));
    });
}

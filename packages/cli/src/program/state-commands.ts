import type { Command } from "commander";
import {
  command,
  positiveInteger,
  resetStep,
  sessionsDir,
  stateDir,
  stateProfile,
} from "../command-options.ts";
import type { StateResetOptions } from "../commands/state-reset.ts";
import type { StateSetOptions } from "../commands/state-set.ts";
import type { StateShowOptions } from "../commands/state-show.ts";
import type { Output } from "../output.ts";
import type { StateOptions } from "../state-access.ts";
import type { Done } from "./done.ts";

/** What steps remember. */
export function stateCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("State:");
  const state = program.command("state").description("Show or change what steps remember from run to run.");
  const stateCommand = (name: string, description: string): Command =>
    command(state, name, description).addOption(stateProfile()).addOption(stateDir());
  const ITS_NAME = "the pipeline's name";

  stateCommand("show", "Show the state of all pipelines, or of one in full.")
    .argument("[pipeline-name]", `${ITS_NAME} (default: all)`)
    .option("--step <step>", "of this step only (default: all)")
    .option("--at <version>", "as it was in an earlier version (default: the current one)", positiveInteger)
    .action(async (pipeline: string | undefined, options: StateShowOptions) => {
      const { stateShowCommand } = await import("../commands/state-show.ts");
      done(await stateShowCommand(pipeline, options, output));
    });
  stateCommand("history", "List the versions that are kept, newest first.")
    .argument("<pipeline-name>", ITS_NAME)
    .action(async (pipeline: string, options: StateOptions) => {
      const { stateHistoryCommand } = await import("../commands/state-history.ts");
      done(await stateHistoryCommand(pipeline, options, output));
    });
  stateCommand("reset", "Forget the state: the next run starts anew.")
    .argument("<pipeline-name>", ITS_NAME)
    .addOption(resetStep())
    .addOption(sessionsDir())
    .action(async (pipeline: string, options: StateResetOptions) => {
      const { stateResetCommand } = await import("../commands/state-reset.ts");
      done(await stateResetCommand(pipeline, options, output));
    });
  stateCommand("set", "Set a step's state.")
    .argument("[pipeline-name]", `${ITS_NAME} (default: with --from, those in the file)`)
    .argument("[step]", "the step's id (default: with --from, those in the file)")
    .argument(
      "[json]",
      "the state: JSON, @file, or - for standard input (default: with --from, those in the file)",
    )
    .option("--from <file>", "restore all that osiris state export has written (default: one state is set)")
    .addOption(sessionsDir())
    .action(
      async (
        pipeline: string | undefined,
        step: string | undefined,
        json: string | undefined,
        options: StateSetOptions,
      ) => {
        const { stateSetCommand } = await import("../commands/state-set.ts");
        done(await stateSetCommand([pipeline, step, json], options, output));
      },
    );
  stateCommand("export", "Print the state as JSON, for a back-up.")
    .argument("[pipeline-name]", `${ITS_NAME} (default: all)`)
    .action(async (pipeline: string | undefined, options: StateOptions) => {
      const { stateExportCommand } = await import("../commands/state-export.ts");
      done(await stateExportCommand(pipeline, options, output));
    });
}

import { Command } from "commander";
import { ownVersion } from "./own-version.ts";
import { componentCommands } from "./program/component-commands.ts";
import { connectionCommands } from "./program/connection-commands.ts";
import type { Done } from "./program/done.ts";
import { pipelineCommands } from "./program/pipeline-commands.ts";
import { projectCommands } from "./program/project-commands.ts";
import { runCommands } from "./program/run-commands.ts";
import { stateCommands } from "./program/state-commands.ts";
import { tableCommands } from "./program/table-commands.ts";
import type { Output } from "./output.ts";

/**
 * The whole command line: its commands, arguments and options. Building it runs nothing, and loads none of the commands:
 * whoever calls one does not wait for the others.
 */
export function buildProgram(output: Output, done: Done): Command {
  const program = new Command("osiris")
    .description("Moves and transforms data in declared steps.")
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      outputError: () => undefined,
      writeErr: (text) => output.note(text),
      writeOut: (text) => output.help(text),
    })
    .showHelpAfterError(false)
    .addHelpText(
      "after",
      "\nosiris <command> --help says more. Exit status: 0 success, 1 failure, 2 a mistake in the call or pipeline.",
    );
  pipelineCommands(program, output, done);
  runCommands(program, output, done);
  tableCommands(program, output, done);
  stateCommands(program, output, done);
  connectionCommands(program, output, done);
  componentCommands(program, output, done);
  projectCommands(program, output, done);
  return program;
}

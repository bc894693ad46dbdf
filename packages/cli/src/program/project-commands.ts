import { Argument, Option, type Command } from "commander";
import { command, sessionsDir } from "../command-options.ts";
import type { DoctorOptions } from "../commands/doctor.ts";
import type { InitOptions } from "../commands/init.ts";
import type { SchemaOptions } from "../commands/schema.ts";
import { SHELLS, type Shell } from "../completion/scripts.ts";
import { SCHEMA_KINDS, type SchemaKind } from "../schema-kinds.ts";
import { EXAMPLES } from "../init/examples.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** What a project and its editor need. */
export function projectCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Project:");
  command(program, "init", "Make a project that runs. No file is overwritten.")
    .argument("[folder]", "where to make it (default: it is asked for, else the working directory)")
    .addOption(
      new Option("--example <name>", "what it begins with (default: it is asked for, else files)").choices(
        EXAMPLES,
      ),
    )
    .option("--install", "run npm install in it")
    .option("-y, --yes", "ask nothing")
    .action(async (folder: string | undefined, options: InitOptions) => {
      const { initCommand } = await import("../commands/init.ts");
      done(await initCommand(folder, options, output));
    });

  command(program, "doctor", "Check this installation: what does not work, and what to do about it.")
    .option("--offline", "ask no other machine: leave out the connections")
    .addOption(sessionsDir())
    .action(async (options: DoctorOptions) => {
      const { doctorCommand } = await import("../commands/doctor.ts");
      done(await doctorCommand(options, output));
    });

  command(program, "schema", "Print a JSON Schema for editors, of the components that are installed here.")
    .addArgument(new Argument("[kind]", "the file to describe").choices(SCHEMA_KINDS).default("pipeline"))
    .option("--out <file>", "write it to a file (default: to stdout)")
    .action(async (kind: SchemaKind, options: SchemaOptions) => {
      const { schemaCommand } = await import("../commands/schema.ts");
      done(await schemaCommand(kind, options, output));
    });

  command(program, "completion", "Print a script that lets a shell complete osiris commands.")
    .addArgument(new Argument("<shell>", "the shell to print it for").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import("../commands/completion.ts");
      done(await completionCommand(shell, output));
    });

  command(program, "version", "Show versions.").action(async () => {
    const { versionCommand } = await import("../commands/version.ts");
    done(await versionCommand(output));
  });
}

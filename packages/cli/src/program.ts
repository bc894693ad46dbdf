import { Argument, Command, Option } from "commander";
import { RETAIN } from "@osiris/runtime";
import {
  baseDir,
  command,
  duration,
  param,
  positiveInteger,
  profile,
  sessionsDir,
  resetStep,
  stateDir,
  stateProfile,
  threads,
  wholeNumber,
} from "./command-options.ts";
import { cleanCommand, type CleanOptions } from "./commands/clean.ts";
import { compileCommand, type CompileOptions } from "./commands/compile.ts";
import {
  componentsConfigExampleCommand,
  type ConfigExampleOptions,
} from "./commands/components-config-example.ts";
import { componentsListCommand } from "./commands/components-list.ts";
import { componentsShowCommand } from "./commands/components-show.ts";
import { componentsValidateCommand } from "./commands/components-validate.ts";
import { explainCommand, type ExplainOptions } from "./commands/explain.ts";
import { previewCommand, type PreviewOptions } from "./commands/preview.ts";
import { queryCommand, type QueryOptions } from "./commands/query.ts";
import { runCommand, type RunOptions } from "./commands/run.ts";
import { runsListCommand, type RunsListOptions } from "./commands/runs-list.ts";
import { SCHEMA_KINDS, schemaCommand, type SchemaKind, type SchemaOptions } from "./commands/schema.ts";
import { stateExportCommand } from "./commands/state-export.ts";
import { stateHistoryCommand } from "./commands/state-history.ts";
import { stateResetCommand, type StateResetOptions } from "./commands/state-reset.ts";
import { stateSetCommand, type StateSetOptions } from "./commands/state-set.ts";
import { stateShowCommand, type StateShowOptions } from "./commands/state-show.ts";
import { validateCommand, type ValidateOptions } from "./commands/validate.ts";
import { ownVersion, versionCommand } from "./commands/version.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import type { StateOptions } from "./state-access.ts";
import { size, sizeInBytes } from "./size.ts";

/** Takes the exit status of the command that ran. */
export type Done = (code: ExitCode) => void;

/** The whole command line: its commands, arguments and options. Building it runs nothing. */
export function buildProgram(output: Output, done: Done): Command {
  const program = new Command("osiris")
    .description("Moves and transforms data in declared steps.")
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ outputError: () => undefined, writeErr: (text) => output.note(text) })
    .showHelpAfterError(false);
  pipelineCommands(program, output, done);
  runCommands(program, output, done);
  dataCommands(program, output, done);
  componentCommands(program, output, done);
  stateCommands(program, output, done);
  projectCommands(program, output, done);
  return program;
}

/** What can be done with a pipeline without running it. */
function pipelineCommands(program: Command, output: Output, done: Done): void {
  command(program, "compile <pipeline>", "Check a pipeline and write its manifest.")
    .addOption(param())
    .addOption(profile())
    .option("--out <folder>", "where to write (default: builds/ in the sessions folder)")
    .addOption(sessionsDir())
    .action(async (file: string, options: CompileOptions) =>
      done(await compileCommand(file, options, output)),
    );

  command(program, "validate <pipelines...>", "Check pipelines; report every mistake at once.")
    .addOption(param())
    .addOption(profile())
    .action(async (files: readonly string[], options: ValidateOptions) =>
      done(await validateCommand(files, options, output)),
    );

  command(
    program,
    "explain <pipeline>",
    "Say what a pipeline, or a manifest, will do and touch. Nothing is run.",
  )
    .addOption(param())
    .addOption(profile())
    .addOption(baseDir())
    .option("--mermaid", "as a Mermaid flowchart")
    .action(async (file: string, options: ExplainOptions) =>
      done(await explainCommand(file, options, output)),
    );
}

/** Running a pipeline, and what was run. */
function runCommands(program: Command, output: Output, done: Done): void {
  command(program, "run [pipeline]", "Run a pipeline file, or a manifest.")
    .addOption(param())
    .addOption(profile())
    .option("--last-compile", "run what was compiled last")
    .option(
      "--resume [run]",
      "go on with a run that did not finish: what is done and unchanged is not run again (default: the newest run)",
    )
    .option("--to <step>", "run only this step and what it needs")
    .option("--timeout <time>", "stop the run when it takes longer, such as 30s, 10m or 2h", duration)
    .addOption(
      new Option(
        "--on-running <action>",
        "what to do when the pipeline is being run already, with the same profile",
      )
        .choices(["wait", "fail"])
        .default("fail"),
    )
    .addOption(
      new Option("--retain <tables>", "the tables to keep (default: osiris.yaml's, else all)").choices(
        RETAIN,
      ),
    )
    .addOption(baseDir())
    .addOption(sessionsDir())
    .addOption(stateDir())
    .option("--concurrency <steps>", "steps at once (default: the number of cores)", positiveInteger)
    .option("--memory-limit <size>", "memory for DuckDB, such as 512MB", size)
    .option("--threads <count>", "threads for DuckDB", threads)
    .option("--temp-directory <folder>", "where DuckDB spills what does not fit in memory")
    .option("--max-temp-size <size>", "how much it may spill, such as 20GB", size)
    .action(async (file: string | undefined, options: RunOptions) =>
      done(await runCommand(file, options, output)),
    );

  const runs = program.command("runs").description("What was run.");
  command(runs, "list", "List runs, newest first: good, failed and cancelled ones.")
    .option("--limit <runs>", "runs to show", positiveInteger, 20)
    .addOption(sessionsDir())
    .action(async (options: RunsListOptions) => done(await runsListCommand(options, output)));

  command(program, "clean", "Remove runs by age, number or size; never one that is running.")
    .option("--older-than <time>", "remove runs that ended before, such as 7d or 12h", duration)
    .option("--keep <runs>", "keep so many of the newest; alone: remove all others", wholeNumber)
    .option("--max-size <size>", "remove the oldest until all have at most, such as 10GB", sizeInBytes)
    .option("--dry-run", "only show what would be removed")
    .addOption(sessionsDir())
    .action(async (options: CleanOptions) => done(await cleanCommand(options, output)));
}

/** What steps remember. */
function stateCommands(program: Command, output: Output, done: Done): void {
  const state = program.command("state").description("What steps remember from run to run.");
  const stateCommand = (signature: string, description: string): Command =>
    command(state, signature, description).addOption(stateProfile()).addOption(stateDir());

  stateCommand("show [pipeline]", "Show the state of all pipelines, or of one in full.")
    .option("--step <id>", "of this step only")
    .option("--at <version>", "as it was in an earlier version", positiveInteger)
    .action(async (pipeline: string | undefined, options: StateShowOptions) =>
      done(await stateShowCommand(pipeline, options, output)),
    );
  stateCommand("history <pipeline>", "List the versions that are kept, newest first.").action(
    async (pipeline: string, options: StateOptions) =>
      done(await stateHistoryCommand(pipeline, options, output)),
  );
  stateCommand("reset <pipeline>", "Forget the state: the next run starts anew.")
    .addOption(resetStep())
    .addOption(sessionsDir())
    .action(async (pipeline: string, options: StateResetOptions) =>
      done(await stateResetCommand(pipeline, options, output)),
    );
  stateCommand("set [pipeline] [step] [json]", "Set a step's state: JSON, @file or - for standard input.")
    .option("--from <file>", "restore all that osiris state export has written")
    .addOption(sessionsDir())
    .action(
      async (
        pipeline: string | undefined,
        step: string | undefined,
        json: string | undefined,
        options: StateSetOptions,
      ) => done(await stateSetCommand([pipeline, step, json], options, output)),
    );
  stateCommand("export [pipeline]", "Print the state as JSON, for a back-up.").action(
    async (pipeline: string | undefined, options: StateOptions) =>
      done(await stateExportCommand(pipeline, options, output)),
  );
}

/** Looking into the tables of a run. */
function dataCommands(program: Command, output: Output, done: Done): void {
  command(program, "query <sql>", "Run SQL over the tables of a run that has ended.")
    .option("--run <id>", "the run, or the beginning of its id", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 100)
    .addOption(sessionsDir())
    .action(async (sql: string, options: QueryOptions) => done(await queryCommand(sql, options, output)));

  command(program, "preview <step>", "Show the first rows of a step's table.")
    .option("--run <id>", "the run, or the beginning of its id", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 10)
    .addOption(sessionsDir())
    .action(async (step: string, options: PreviewOptions) =>
      done(await previewCommand(step, options, output)),
    );
}

/** What is installed. */
function componentCommands(program: Command, output: Output, done: Done): void {
  const components = program.command("components").description("What is installed.");
  command(components, "list", "List the components that pipelines can use here.").action(async () =>
    done(await componentsListCommand(output)),
  );
  command(components, "show <component>", "Show what a component does and takes.").action(
    async (name: string) => done(await componentsShowCommand(name, output)),
  );
  command(components, "config-example <component>", "Print a step to paste into a pipeline.")
    .option("--example <n>", "which of the component's examples", positiveInteger, 1)
    .action(async (name: string, options: ConfigExampleOptions) =>
      done(await componentsConfigExampleCommand(name, options, output)),
    );
  command(
    components,
    "validate [target]",
    "Check a driver package: a folder, or the name of what is installed.",
  ).action(async (target: string | undefined) => done(await componentsValidateCommand(target, output)));
}

/** What a project and its editor need. */
function projectCommands(program: Command, output: Output, done: Done): void {
  command(program, "schema", "Print a JSON Schema for editors, of the components that are installed here.")
    .addArgument(new Argument("[kind]", "the file to describe").choices(SCHEMA_KINDS).default("pipeline"))
    .option("--out <file>", "write it to a file")
    .action(async (kind: SchemaKind, options: SchemaOptions) =>
      done(await schemaCommand(kind, options, output)),
    );

  command(program, "version", "Show versions.").action(async () => done(await versionCommand(output)));
}

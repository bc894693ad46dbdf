import { Argument, Command, Option } from "commander";
import { RUN_STATUSES } from "@osiris/runtime";
import {
  baseDir,
  command,
  param,
  positiveInteger,
  progressMode,
  runArgument,
  profile,
  sessionsDir,
  size,
  threads,
} from "./command-options.ts";
import { compileCommand, type CompileOptions } from "./commands/compile.ts";
import { completionCommand } from "./commands/completion.ts";
import {
  componentsConfigExampleCommand,
  type ConfigExampleOptions,
} from "./commands/components-config-example.ts";
import { componentsListCommand } from "./commands/components-list.ts";
import { componentsShowCommand } from "./commands/components-show.ts";
import { componentsValidateCommand } from "./commands/components-validate.ts";
import { explainCommand, type ExplainOptions } from "./commands/explain.ts";
import { logsCommand, type LogsOptions } from "./commands/logs.ts";
import { previewCommand, type PreviewOptions } from "./commands/preview.ts";
import { queryCommand, type QueryOptions } from "./commands/query.ts";
import { runCommand, type RunOptions } from "./commands/run.ts";
import { runsListCommand, type RunsListOptions } from "./commands/runs-list.ts";
import { runsShowCommand, type RunsShowOptions } from "./commands/runs-show.ts";
import { SCHEMA_KINDS, schemaCommand, type SchemaKind, type SchemaOptions } from "./commands/schema.ts";
import { validateCommand, type ValidateOptions } from "./commands/validate.ts";
import { ownVersion, versionCommand } from "./commands/version.ts";
import { SHELLS, type Shell } from "./completion/scripts.ts";
import type { ExitCode } from "./exit-code.ts";
import { LOG_LEVELS } from "./logs/log-line.ts";
import type { Output } from "./output.ts";

/** Takes the exit status of the command that ran. */
export type Done = (code: ExitCode) => void;

/** The whole command line: its commands, arguments and options. Building it runs nothing. */
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
  dataCommands(program, output, done);
  componentCommands(program, output, done);
  projectCommands(program, output, done);
  return program;
}

/** What can be done with a pipeline without running it. */
function pipelineCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Pipelines:");
  command(program, "compile", "Check a pipeline and write its manifest.")
    .argument("<pipeline>", "a pipeline file")
    .addOption(param())
    .addOption(profile())
    .option("--out <folder>", "where to write (default: builds/ in the sessions folder)")
    .addOption(sessionsDir())
    .action(async (file: string, options: CompileOptions) =>
      done(await compileCommand(file, options, output)),
    );

  command(program, "validate", "Check pipelines; report every mistake at once.")
    .argument("<pipelines...>", "pipeline files, one or several")
    .addOption(param())
    .addOption(profile())
    .action(async (files: readonly string[], options: ValidateOptions) =>
      done(await validateCommand(files, options, output)),
    );

  command(program, "explain", "Say what a pipeline, or a manifest, will do and touch. Nothing is run.")
    .argument("<pipeline>", "a pipeline file or a manifest")
    .addOption(param())
    .addOption(profile())
    .addOption(baseDir())
    .option("--mermaid", "as a Mermaid flowchart (default: as Markdown)")
    .action(async (file: string, options: ExplainOptions) =>
      done(await explainCommand(file, options, output)),
    );
}

/** Running a pipeline, and what was run. */
function runCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Runs:");
  command(program, "run", "Run a pipeline file, or a manifest.")
    .argument("[pipeline]", "a pipeline file or a manifest; not with --last-compile")
    .addOption(param())
    .addOption(profile())
    .option("--last-compile", "run what was compiled last")
    .addOption(baseDir())
    .addOption(sessionsDir())
    .option("--concurrency <steps>", "steps at once (default: the number of cores)", positiveInteger)
    .option(
      "--memory-limit <size>",
      "memory for DuckDB, such as 512MB (default: 25 % of the memory there is, at most 2GiB)",
      size,
    )
    .option("--threads <count>", "threads for DuckDB (default: the number of cores)", threads)
    .option(
      "--temp-directory <folder>",
      "where DuckDB spills what does not fit in memory (default: spill/ in the run folder)",
    )
    .option(
      "--max-temp-size <size>",
      "how much it may spill, such as 20GB (default: 90 % of the free disk)",
      size,
    )
    .addOption(progressMode())
    .action(async (file: string | undefined, options: RunOptions) =>
      done(await runCommand(file, options, output)),
    );

  const runs = program.command("runs").description("List runs, or show one.");
  command(runs, "list", "List runs, newest first: good, failed and cancelled ones.")
    .addOption(
      new Option("--status <status>", "only runs that ended so (default: all)").choices(RUN_STATUSES),
    )
    .option("--pipeline <pipeline-name>", "only runs of this pipeline (default: all)")
    .option("--limit <runs>", "runs to show", positiveInteger, 20)
    .addOption(sessionsDir())
    .action(async (options: RunsListOptions) => done(await runsListCommand(options, output)));
  command(runs, "show", "Show what came of a run: steps, files, artifacts, errors, what to do next.")
    .addArgument(runArgument())
    .option("--tables", "with the tables and their columns")
    .addOption(sessionsDir())
    .action(async (run: string, options: RunsShowOptions) =>
      done(await runsShowCommand(run, options, output)),
    );

  command(program, "logs", "Print what happened in a run: what drivers told, and what failed.")
    .addArgument(runArgument())
    .option("--step <step>", "only of this step (default: all)")
    .addOption(
      new Option("--level <level>", "only what is at least so important").choices(LOG_LEVELS).default("info"),
    )
    .option("--events", "all events, with those that nobody needs while all is well")
    .addOption(
      new Option("--metrics", "the metrics instead of the events").conflicts(["events", "level", "follow"]),
    )
    .option("--tail <lines>", "only the last lines (default: all)", positiveInteger)
    .addOption(new Option("--follow", "go on until the run has ended; not with --json").conflicts(["json"]))
    .addOption(sessionsDir())
    .action(async (run: string, options: LogsOptions) => done(await logsCommand(run, options, output)));
}

/** Looking into the tables of a run. */
function dataCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Tables:");
  command(program, "query", "Run SQL over the tables of a run that has ended.")
    .argument("<sql>", "one statement of DuckDB's dialect")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 100)
    .addOption(sessionsDir())
    .action(async (sql: string, options: QueryOptions) => done(await queryCommand(sql, options, output)));

  command(program, "preview", "Show the first rows of a step's table.")
    .argument("<step>", "the step's id, or the name of a table")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 10)
    .addOption(sessionsDir())
    .action(async (step: string, options: PreviewOptions) =>
      done(await previewCommand(step, options, output)),
    );
}

/** What is installed. */
function componentCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Components:");
  const components = program
    .command("components")
    .description("Show what is installed, or check a driver package.");
  command(components, "list", "List the components that pipelines can use here.").action(async () =>
    done(await componentsListCommand(output)),
  );
  command(components, "show", "Show what a component does and takes.")
    .argument("<component>", "its name, such as filesystem.csv_extractor")
    .action(async (name: string) => done(await componentsShowCommand(name, output)));
  command(components, "config-example", "Print a step to paste into a pipeline.")
    .argument("<component>", "its name, such as filesystem.csv_extractor")
    .option("--example <n>", "which of the component's examples, from 1", positiveInteger, 1)
    .action(async (name: string, options: ConfigExampleOptions) =>
      done(await componentsConfigExampleCommand(name, options, output)),
    );
  command(components, "validate", "Check a driver package, for its author.")
    .argument("[target]", "its folder, or the name of what is installed (default: the working directory)")
    .action(async (target: string | undefined) => done(await componentsValidateCommand(target, output)));
}

/** What a project and its editor need. */
function projectCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Project:");
  command(program, "schema", "Print a JSON Schema for editors, of the components that are installed here.")
    .addArgument(new Argument("[kind]", "the file to describe").choices(SCHEMA_KINDS).default("pipeline"))
    .option("--out <file>", "write it to a file (default: to stdout)")
    .action(async (kind: SchemaKind, options: SchemaOptions) =>
      done(await schemaCommand(kind, options, output)),
    );

  command(program, "completion", "Print a script that lets a shell complete osiris commands.")
    .addArgument(new Argument("<shell>", "the shell to print it for").choices(SHELLS))
    .action(async (shell: Shell) => done(await completionCommand(shell, output)));

  command(program, "version", "Show versions.").action(async () => done(await versionCommand(output)));
}

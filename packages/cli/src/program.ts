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
    .configureOutput({ outputError: () => undefined, writeErr: (text) => output.note(text) })
    .showHelpAfterError(false);
  pipelineCommands(program, output, done);
  runCommands(program, output, done);
  dataCommands(program, output, done);
  componentCommands(program, output, done);
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
    .addOption(baseDir())
    .addOption(sessionsDir())
    .option("--concurrency <steps>", "steps at once (default: the number of cores)", positiveInteger)
    .option("--memory-limit <size>", "memory for DuckDB, such as 512MB", size)
    .option("--threads <count>", "threads for DuckDB", threads)
    .option("--temp-directory <folder>", "where DuckDB spills what does not fit in memory")
    .addOption(progressMode())
    .option("--max-temp-size <size>", "how much it may spill, such as 20GB", size)
    .action(async (file: string | undefined, options: RunOptions) =>
      done(await runCommand(file, options, output)),
    );

  const runs = program.command("runs").description("What was run.");
  command(runs, "list", "List runs, newest first: good, failed and cancelled ones.")
    .addOption(
      new Option("--status <status>", "only runs that ended so (default: all)").choices(RUN_STATUSES),
    )
    .option("--pipeline <name>", "only runs of this pipeline (default: all)")
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
    .option("--step <id>", "only of this step (default: all)")
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

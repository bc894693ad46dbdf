import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { toOsirisError } from "@osiris/core";
import { InvalidFileError } from "@osiris/runtime";
import { compileCommand, type CompileOptions } from "./commands/compile.ts";
import {
  componentsConfigExampleCommand,
  type ConfigExampleOptions,
} from "./commands/components-config-example.ts";
import { componentsListCommand } from "./commands/components-list.ts";
import { componentsShowCommand } from "./commands/components-show.ts";
import { componentsValidateCommand } from "./commands/components-validate.ts";
import { connectionsDoctorCommand, type ConnectionsDoctorOptions } from "./commands/connections-doctor.ts";
import { connectionsListCommand } from "./commands/connections-list.ts";
import { discoverCommand, type DiscoverCommandOptions } from "./commands/discover.ts";
import { doctorCommand, type DoctorOptions } from "./commands/doctor.ts";
import { explainCommand, type ExplainOptions } from "./commands/explain.ts";
import { initCommand, type InitOptions } from "./commands/init.ts";
import { previewCommand, type PreviewOptions } from "./commands/preview.ts";
import { queryCommand, type QueryOptions } from "./commands/query.ts";
import { runCommand, type RunOptions } from "./commands/run.ts";
import { runsListCommand, type RunsListOptions } from "./commands/runs-list.ts";
import { SCHEMA_KINDS, schemaCommand, type SchemaKind, type SchemaOptions } from "./commands/schema.ts";
import { validateCommand, type ValidateOptions } from "./commands/validate.ts";
import { ownVersion, versionCommand } from "./commands/version.ts";
import { EXIT, exitCodeOf, type ExitCode } from "./exit-code.ts";
import { EXAMPLES } from "./init/examples.ts";
import { Output } from "./output.ts";
import { usage } from "./pipeline-file.ts";

/** Runs one `osiris` command and resolves with its exit status. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const output = new Output(args.includes("--json"));
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(output, (code) => (exitCode = code));
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return await commanderExit(error, output);
    const known = toOsirisError(error, "osiris");
    if (known instanceof InvalidFileError) {
      await output.findings(known.findings);
      return EXIT.usage;
    }
    // When stdout itself is what failed, stderr has to do.
    await output.error(known).catch(() => undefined);
    return exitCodeOf(known);
  } finally {
    await output.flush();
  }
}

function buildProgram(output: Output, done: (code: ExitCode) => void): Command {
  const program = new Command("osiris")
    .description("Moves and transforms data in declared steps.")
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ outputError: () => undefined, writeErr: (text) => output.note(text) })
    .showHelpAfterError(false);

  command(program, "init [folder]", "Make a project that runs. No file is overwritten.")
    .addOption(new Option("--example <name>", "what it begins with").choices(EXAMPLES))
    .option("--install", "run npm install in it")
    .option("-y, --yes", "ask nothing")
    .action(async (folder: string | undefined, options: InitOptions) =>
      done(await initCommand(folder, options, output)),
    );

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
    .option("--max-temp-size <size>", "how much it may spill, such as 20GB", size)
    .action(async (file: string | undefined, options: RunOptions) =>
      done(await runCommand(file, options, output)),
    );

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

  const connections = program.command("connections").description("What steps reach the outside with.");
  command(connections, "list", "List the connections, without their secrets.").action(async () =>
    done(await connectionsListCommand(output)),
  );
  command(connections, "doctor [connection]", "Check connections: @family.alias, or all.")
    .addOption(timeout("how long a driver may take for its answer (default: 2)"))
    .action(async (reference: string | undefined, options: ConnectionsDoctorOptions) =>
      done(await connectionsDoctorCommand(reference, options, output)),
    );

  command(program, "discover <connection>", "List what there is behind a connection: @family.alias.")
    .option("--resource <pattern>", "only those whose name matches, such as orders*")
    .option("--samples <rows>", "show the first rows of each: real data", sampleRows, 0)
    .addOption(new Option("--yaml", "print a step for each, to paste into a pipeline").conflicts("json"))
    .addOption(timeout("how long a driver may take for its answer (default: 30)"))
    .action(async (reference: string, options: DiscoverCommandOptions) =>
      done(await discoverCommand(reference, options, output)),
    );

  const runs = program.command("runs").description("What was run.");
  command(runs, "list", "List runs, newest first: good, failed and cancelled ones.")
    .option("--limit <runs>", "runs to show", positiveInteger, 20)
    .addOption(sessionsDir())
    .action(async (options: RunsListOptions) => done(await runsListCommand(options, output)));

  command(program, "schema", "Print a JSON Schema for editors, of the components that are installed here.")
    .addArgument(new Argument("[kind]", "the file to describe").choices(SCHEMA_KINDS).default("pipeline"))
    .option("--out <file>", "write it to a file")
    .action(async (kind: SchemaKind, options: SchemaOptions) =>
      done(await schemaCommand(kind, options, output)),
    );

  command(program, "doctor", "Check this installation: what does not work, and what to do about it.")
    .option("--offline", "ask no other machine: leave out the connections")
    .addOption(sessionsDir())
    .action(async (options: DoctorOptions) => done(await doctorCommand(options, output)));

  command(program, "version", "Show versions.").action(async () => done(await versionCommand(output)));
  return program;
}

function command(parent: Command, signature: string, description: string): Command {
  return parent.command(signature).description(description).option("--json", "one JSON document on stdout");
}

function param(): Option {
  return new Option("--param <name=value>", "set a parameter; may be given several times").argParser(
    (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value],
  );
}

function profile(): Option {
  return new Option("--profile <name>", "take the parameters of a profile that the pipeline declares");
}

function baseDir(): Option {
  return new Option("--base-dir <folder>", "where relative paths start (default: the pipeline's folder)");
}

function sessionsDir(): Option {
  return new Option(
    "--sessions-dir <folder>",
    "where runs are kept (default: .osiris_sessions, searched upwards)",
  );
}

function timeout(description: string): Option {
  return new Option("--timeout <seconds>", description).argParser(seconds);
}

/** No longer than a timer can hold. */
const MAX_SECONDS = 86_400;

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= MAX_SECONDS) return value;
  throw new InvalidArgumentError(`it must be a number of seconds, at most ${MAX_SECONDS}.`);
}

const MAX_SAMPLES = 1000;

function sampleRows(text: string): number {
  const value = positiveInteger(text);
  if (value > MAX_SAMPLES) throw new InvalidArgumentError(`it must be at most ${MAX_SAMPLES}.`);
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("it must be a whole number from 1 up.");
  }
  return value;
}

const MAX_THREADS = 1024;

function threads(text: string): number {
  const value = positiveInteger(text);
  if (value > MAX_THREADS) throw new InvalidArgumentError(`it must be at most ${MAX_THREADS}.`);
  return value;
}

function size(text: string): string {
  if (/^\d+(\.\d+)?\s*([KMGT]i?)?B$/i.test(text) && Number.parseFloat(text) > 0) return text;
  throw new InvalidArgumentError("it must be a size such as 512MB or 2GiB.");
}

/** Help and version are no mistakes; every other complaint of the argument parser is a usage error. */
async function commanderExit(error: CommanderError, output: Output): Promise<ExitCode> {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === "commander.help") return EXIT.usage;
  const message = error.message.replace(/^error: /, "");
  await output.error(usage(message, "See osiris --help."));
  return EXIT.usage;
}

import { Option, type Command } from "commander";
import { ON_RUNNING, RETAIN, RUN_STATUSES } from "@osiris/runtime/choices";
import {
  baseDir,
  command,
  duration,
  param,
  positiveInteger,
  profile,
  progressMode,
  runArgument,
  sessionsDir,
  stateDir,
  threads,
  wholeNumber,
} from "../command-options.ts";
import type { CleanOptions } from "../commands/clean.ts";
import type { LogsOptions } from "../commands/logs.ts";
import type { RunOptions } from "../commands/run.ts";
import type { RunsListOptions } from "../commands/runs-list.ts";
import type { RunsShowOptions } from "../commands/runs-show.ts";
import { LOG_LEVELS } from "../logs/log-levels.ts";
import { size, sizeInBytes } from "../size.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** Running a pipeline, and what was run. */
export function runCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Runs:");
  command(program, "run", "Run a pipeline file, or a manifest.")
    .argument("[pipeline]", "a pipeline file or a manifest (default: with --resume the run's own manifest)")
    .addOption(param())
    .addOption(profile())
    .option("--last-compile", "run what was compiled last")
    .option(
      "--resume [run]",
      "go on with a run that did not finish: what is done and unchanged is not run again (default: the newest run of the pipeline)",
    )
    .option("--to <step>", "run only this step and what it needs (default: all steps)")
    .option(
      "--timeout <time>",
      "stop the run when it takes longer, such as 30s, 10m or 2h (default: no limit)",
      duration,
    )
    .addOption(
      new Option(
        "--on-running <action>",
        "what to do when the pipeline is being run already, with the same profile",
      )
        .choices(ON_RUNNING)
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
    .action(async (file: string | undefined, options: RunOptions) => {
      const { runCommand } = await import("../commands/run.ts");
      done(await runCommand(file, options, output));
    });

  const runs = program.command("runs").description("List runs, or show one.");
  command(runs, "list", "List runs, newest first: good, failed and cancelled ones.")
    .addOption(
      new Option("--status <status>", "only runs that ended so (default: all)").choices(RUN_STATUSES),
    )
    .option("--pipeline <pipeline-name>", "only runs of this pipeline (default: all)")
    .option("--limit <runs>", "runs to show", positiveInteger, 20)
    .addOption(sessionsDir())
    .action(async (options: RunsListOptions) => {
      const { runsListCommand } = await import("../commands/runs-list.ts");
      done(await runsListCommand(options, output));
    });
  command(runs, "show", "Show what came of a run: steps, files, artifacts, errors, what to do next.")
    .addArgument(runArgument())
    .option("--tables", "with the tables and their columns")
    .addOption(sessionsDir())
    .action(async (run: string, options: RunsShowOptions) => {
      const { runsShowCommand } = await import("../commands/runs-show.ts");
      done(await runsShowCommand(run, options, output));
    });

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
    .action(async (run: string, options: LogsOptions) => {
      const { logsCommand } = await import("../commands/logs.ts");
      done(await logsCommand(run, options, output));
    });

  command(program, "clean", "Remove runs by age, number or size; never one that is running.")
    .option(
      "--older-than <time>",
      "remove runs that ended before, such as 7d or 12h (default: of any age)",
      duration,
    )
    .option(
      "--keep <runs>",
      "keep so many of the newest; alone: remove all others (default: none is kept for that)",
      wholeNumber,
    )
    .option(
      "--max-size <size>",
      "remove the oldest until all have at most, such as 10GB (default: no limit)",
      sizeInBytes,
    )
    .option("--dry-run", "only show what would be removed")
    .addOption(sessionsDir())
    .action(async (options: CleanOptions) => {
      const { cleanCommand } = await import("../commands/clean.ts");
      done(await cleanCommand(options, output));
    });
}

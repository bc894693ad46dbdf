import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { PROGRESS_MODES } from "./progress/watch-run.ts";

/** A command with what all of them have. */
export function command(parent: Command, signature: string, description: string): Command {
  return parent
    .command(signature)
    .description(description)
    .option("--json", "one JSON document on stdout; text for people goes to stderr");
}

export function param(): Option {
  return new Option(
    "--param <name=value>",
    "set a parameter; may be given several times (default: the profile's value, else the pipeline's)",
  ).argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
}

export function profile(): Option {
  return new Option(
    "--profile <name>",
    "take the parameters of a profile that the pipeline declares (default: none)",
  );
}

export function baseDir(): Option {
  return new Option("--base-dir <folder>", "where relative paths start (default: the pipeline's folder)");
}

export function progressMode(): Option {
  return new Option("--progress <mode>", "how the run is shown on stderr while it goes on")
    .choices(PROGRESS_MODES)
    .default("auto", "auto: moving lines on a terminal, else plain");
}

/** The run that a command is about. */
export function runArgument(): Argument {
  return new Argument("[run]", "the run: its id, the beginning of it, or last").default("last");
}

export function sessionsDir(): Option {
  return new Option(
    "--sessions-dir <folder>",
    "where runs are kept (default: OSIRIS_SESSIONS, else .osiris_sessions, searched upwards)",
  );
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("it must be a whole number from 1 up.");
  }
  return value;
}

const MAX_THREADS = 1024;

export function threads(text: string): number {
  const value = positiveInteger(text);
  if (value > MAX_THREADS) throw new InvalidArgumentError(`it must be at most ${MAX_THREADS}.`);
  return value;
}

export function size(text: string): string {
  if (/^\d+(\.\d+)?\s*([KMGT]i?)?B$/i.test(text) && Number.parseFloat(text) > 0) return text;
  throw new InvalidArgumentError("it must be a size such as 512MB or 2GiB.");
}

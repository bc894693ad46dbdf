import { parseDuration } from "@osiris/compiler/duration";
import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { PROGRESS_MODES } from "./progress/progress-mode.ts";

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

export function stateDir(): Option {
  return new Option(
    "--state-dir <folder>",
    "where state is kept (default: OSIRIS_STATE, else .osiris_state, searched upwards)",
  );
}

export function stateProfile(): Option {
  return new Option("--profile <name>", "of runs with this profile (default: of runs without one)");
}

export function resetStep(): Option {
  return new Option(
    "--step <step>",
    "of this step only; may be given several times (default: all)",
  ).argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
}

/** How long a driver may take for a check or a discovery. */
export function driverTimeout(fallback: string): Option {
  return new Option(
    "--timeout <time>",
    `how long a driver may take for its answer (default: ${fallback})`,
  ).argParser(duration);
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

export function wholeNumber(text: string): number {
  return text === "0" ? 0 : positiveInteger(text);
}

/** Milliseconds. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError("it must be a time such as 500ms, 30s, 10m, 2h or 7d.");
}

const MAX_SAMPLES = 1000;

export function sampleRows(text: string): number {
  const value = wholeNumber(text);
  if (value > MAX_SAMPLES) throw new InvalidArgumentError(`it must be at most ${MAX_SAMPLES}.`);
  return value;
}

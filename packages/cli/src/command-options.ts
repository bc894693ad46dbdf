import { parseDuration } from "@osiris/compiler";
import { Option, InvalidArgumentError, type Command } from "commander";

/** A command with what all of them have. */
export function command(parent: Command, signature: string, description: string): Command {
  return parent.command(signature).description(description).option("--json", "one JSON document on stdout");
}

export function param(): Option {
  return new Option("--param <name=value>", "set a parameter; may be given several times").argParser(
    (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value],
  );
}

export function profile(): Option {
  return new Option("--profile <name>", "take the parameters of a profile that the pipeline declares");
}

export function baseDir(): Option {
  return new Option("--base-dir <folder>", "where relative paths start (default: the pipeline's folder)");
}

export function sessionsDir(): Option {
  return new Option(
    "--sessions-dir <folder>",
    "where runs are kept (default: .osiris_sessions, searched upwards)",
  );
}

export function stateDir(): Option {
  return new Option("--state-dir <folder>", "where state is kept (default: .osiris_state, searched upwards)");
}

export function stateProfile(): Option {
  return new Option("--profile <name>", "of runs with this profile");
}

export function resetStep(): Option {
  return new Option("--step <id>", "of this step only; may be given several times").argParser(
    (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value],
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

export function wholeNumber(text: string): number {
  return text === "0" ? 0 : positiveInteger(text);
}

/** Milliseconds. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined)
    throw new InvalidArgumentError("it must be a time such as 500ms, 30s, 10m or 2h.");
  return parsed;
}

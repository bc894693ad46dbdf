import type { Argument, Command, Option } from "commander";
import { valuesFor, type Candidate, type Lookup } from "./values.ts";

/**
 * What can stand where the cursor is.
 * @param words the words after `osiris`, up to and with the one that is being typed (which may be empty)
 */
export function complete(program: Command, words: readonly string[], lookup: Lookup): readonly Candidate[] {
  // Bash takes "=" for a word of its own.
  const last = words.at(-1) ?? "";
  const typed = last === "=" ? "" : last;
  const place = walk(program, words.slice(0, -1));
  return candidatesAt(place, typed, lookup).filter(
    ({ value }) => isShellsOwn(value) || value.startsWith(typed),
  );
}

/** Where the word stands. */
interface Place {
  readonly command: Command;
  /** Arguments of the command before it. */
  readonly position: number;
  /** The option whose value it is. */
  readonly option: Option | undefined;
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let position = 0;
  let option: Option | undefined;
  // An option's value may come after "=", and help takes what any command would.
  for (const word of words.filter((each) => each !== "=" && each !== "help")) {
    if (option !== undefined) {
      option = undefined;
    } else if (word.startsWith("-")) {
      const found = command.options.find(({ long, short }) => word === long || word === short);
      option = found?.required === true || found?.optional === true ? found : undefined;
    } else {
      const next = commandsOf(command).find((each) => each.name() === word);
      if (next === undefined) position += 1;
      else command = next;
    }
  }
  return { command, position, option };
}

function candidatesAt(
  { command, position, option }: Place,
  typed: string,
  lookup: Lookup,
): readonly Candidate[] {
  if (option !== undefined) return option.argChoices?.map(plain) ?? valuesFor(valueName(option), lookup);
  if (typed.startsWith("-")) {
    const options = command.createHelp().visibleOptions(command);
    return options.map(({ long, short, description }) => ({ value: long ?? short ?? "", description }));
  }
  const commands = commandsOf(command);
  if (commands.length > 0)
    return commands.map((each) => ({ value: each.name(), description: each.description() }));
  const argument = argumentAt(command.registeredArguments, position);
  return (
    argument?.argChoices?.map(plain) ?? (argument === undefined ? [] : valuesFor(argument.name(), lookup))
  );
}

/** Those that people see; `help` among them. */
function commandsOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [] : command.createHelp().visibleCommands(command);
}

function argumentAt(all: readonly Argument[], position: number): Argument | undefined {
  const last = all.at(-1);
  return all[position] ?? (last?.variadic === true ? last : undefined);
}

/** What stands in its angle brackets: `--run <id>` takes an `id`. */
function valueName({ flags }: Option): string {
  return /[<[](.*?)[\]>]/.exec(flags)?.[1] ?? "";
}

function plain(value: string): Candidate {
  return { value, description: "" };
}

/** The shell finds files better than anybody. */
function isShellsOwn(value: string): boolean {
  return value.startsWith(":");
}

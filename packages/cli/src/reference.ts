import type { Argument, Command, Option } from "commander";
import { ENVIRONMENT_VARIABLES, type EnvironmentVariable } from "./environment-variables.ts";
import { EXIT_MEANINGS } from "./exit-code.ts";
import { Output } from "./output.ts";
import { buildProgram } from "./program.ts";

/** The command line as data: what `--help` says, and more. */
export interface CliReference {
  readonly groups: readonly CommandGroup[];
  readonly environment: readonly EnvironmentVariable[];
  readonly exitStatus: readonly { readonly status: number; readonly meaning: string }[];
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandReference[];
}

export interface CommandReference {
  /** `osiris runs list`. */
  readonly name: string;
  /** `osiris runs list [options]`. */
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly ParameterReference[];
  readonly options: readonly ParameterReference[];
}

/** An argument or an option. */
export interface ParameterReference {
  /** `<pipeline>`, `--limit <rows>`. */
  readonly name: string;
  readonly description: string;
  readonly choices?: readonly string[];
  /** As people read it. Absent where the description says it, or where there is none. */
  readonly default?: string;
  /** Whether it takes a value, so that there is something to be a default of. */
  readonly takesValue: boolean;
}

/** All commands that can be called, in the order in which the help shows them. */
export function cliReference(): CliReference {
  const program = buildProgram(new Output(false), () => undefined);
  const groups = Map.groupBy(program.commands, (command) => command.helpGroup().replace(/:$/, ""));
  return {
    groups: [...groups].map(([title, commands]) => ({
      title,
      commands: commands.flatMap((command) => leaves(command, program.name())),
    })),
    environment: ENVIRONMENT_VARIABLES,
    exitStatus: EXIT_MEANINGS,
  };
}

/** The commands that do something; those above them only hold them together. */
function leaves(command: Command, parents: string): readonly CommandReference[] {
  const name = `${parents} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((each) => leaves(each, name));
  return [
    {
      name,
      usage: `${name} ${command.usage()}`,
      description: command.description(),
      arguments: command.registeredArguments.map(argumentReference),
      options: command.options.filter(({ hidden }) => !hidden).map(optionReference),
    },
  ];
}

function argumentReference(argument: Argument): ParameterReference {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return {
    name: argument.required ? `<${name}>` : `[${name}]`,
    description: argument.description,
    takesValue: !argument.required,
    ...choicesAndDefault(argument),
  };
}

function optionReference(option: Option): ParameterReference {
  return {
    name: option.flags,
    description: option.description,
    takesValue: option.required || option.optional,
    ...choicesAndDefault(option),
  };
}

function choicesAndDefault({
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Pick<Option, "argChoices" | "defaultValue" | "defaultValueDescription">): Pick<
  ParameterReference,
  "choices" | "default"
> {
  const value = defaultValue as string | number | undefined;
  const shown = defaultValueDescription ?? value?.toString();
  return {
    ...(argChoices === undefined ? {} : { choices: argChoices }),
    ...(shown === undefined ? {} : { default: shown }),
  };
}

import type { Command } from "commander";
import { command, positiveInteger } from "../command-options.ts";
import type { ConfigExampleOptions } from "../commands/components-config-example.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** What is installed. */
export function componentCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Components:");
  const components = program
    .command("components")
    .description("Show what is installed, or check a driver package.");
  command(components, "list", "List the components that pipelines can use here.").action(async () => {
    const { componentsListCommand } = await import("../commands/components-list.ts");
    done(await componentsListCommand(output));
  });
  command(components, "show", "Show what a component does and takes.")
    .argument("<component>", "its name, such as filesystem.csv_extractor")
    .action(async (name: string) => {
      const { componentsShowCommand } = await import("../commands/components-show.ts");
      done(await componentsShowCommand(name, output));
    });
  command(components, "config-example", "Print a step to paste into a pipeline.")
    .argument("<component>", "its name, such as filesystem.csv_extractor")
    .option("--example <n>", "which of the component's examples, from 1", positiveInteger, 1)
    .action(async (name: string, options: ConfigExampleOptions) => {
      const { componentsConfigExampleCommand } = await import("../commands/components-config-example.ts");
      done(await componentsConfigExampleCommand(name, options, output));
    });
  command(components, "validate", "Check a driver package, for its author.")
    .argument("[target]", "its folder, or the name of what is installed (default: the working directory)")
    .action(async (target: string | undefined) => {
      const { componentsValidateCommand } = await import("../commands/components-validate.ts");
      done(await componentsValidateCommand(target, output));
    });
}

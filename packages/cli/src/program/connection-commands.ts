import { Option, type Command } from "commander";
import { command, driverTimeout, sampleRows } from "../command-options.ts";
import type { ConnectionsDoctorOptions } from "../commands/connections-doctor.ts";
import type { DiscoverCommandOptions } from "../commands/discover.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** What steps reach the outside with. */
export function connectionCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Connections:");
  const connections = program.command("connections").description("List or check connections.");
  command(connections, "list", "List the connections, without their secrets.").action(async () => {
    const { connectionsListCommand } = await import("../commands/connections-list.ts");
    done(await connectionsListCommand(output));
  });
  command(connections, "doctor", "Check connections.")
    .argument("[connection]", "@family.alias (default: all)")
    .addOption(driverTimeout("2s"))
    .action(async (reference: string | undefined, options: ConnectionsDoctorOptions) => {
      const { connectionsDoctorCommand } = await import("../commands/connections-doctor.ts");
      done(await connectionsDoctorCommand(reference, options, output));
    });

  command(program, "discover", "List what there is behind a connection.")
    .argument("<connection>", "@family.alias")
    .option("--resource <pattern>", "only those whose name matches, such as orders* (default: all)")
    .option("--samples <rows>", "show the first rows of each: real data", sampleRows, 0)
    .addOption(new Option("--yaml", "print a step for each, to paste into a pipeline").conflicts("json"))
    .addOption(driverTimeout("30s"))
    .action(async (reference: string, options: DiscoverCommandOptions) => {
      const { discoverCommand } = await import("../commands/discover.ts");
      done(await discoverCommand(reference, options, output));
    });
}

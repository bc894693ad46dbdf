import { CommanderError } from "commander";
import { toOsirisError } from "@osiris/core";
import { COMPLETE_COMMAND } from "./completion/scripts.ts";
import { EXIT, exitCodeOf, type ExitCode } from "./exit-code.ts";
import { Output } from "./output.ts";
import { usage } from "./usage-error.ts";
import { buildProgram } from "./program.ts";

/** Runs one `osiris` command and resolves with its exit status. Never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const [first, ...words] = args;
  const isShell = first === COMPLETE_COMMAND;
  const output = new Output(!isShell && args.includes("--json"));
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(output, (code) => (exitCode = code));
  try {
    // Not by the parser: these are words of a line that is not finished.
    if (isShell) {
      const { answerShell } = await import("./commands/completion.ts");
      return await answerShell(program, words, output);
    }
    await program.parseAsync([...args], { from: "user" }).catch(async (error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      exitCode = await commanderExit(error, output);
    });
    return exitCode;
  } catch (error) {
    const known = toOsirisError(error, "osiris");
    // Not before: who asks for help does not wait until the runtime is loaded.
    const { InvalidFileError } = await import("@osiris/runtime");
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

/** Help and version are no mistakes; every other complaint of the argument parser is a usage error. */
async function commanderExit(error: CommanderError, output: Output): Promise<ExitCode> {
  if (error.exitCode === 0) {
    await output.showHelp();
    return EXIT.ok;
  }
  if (error.code === "commander.help") return EXIT.usage;
  const message = error.message.replace(/^error: /, "");
  await output.error(usage(message, "See osiris --help."));
  return EXIT.usage;
}

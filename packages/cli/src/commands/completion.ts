import type { Command } from "commander";
import { complete } from "../completion/complete.ts";
import { lookAround } from "../completion/look-around.ts";
import { SCRIPTS, type Shell } from "../completion/scripts.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";

export async function completionCommand(shell: Shell, output: Output): Promise<ExitCode> {
  await output.result(
    () => ({ shell, script: SCRIPTS[shell] }),
    () => SCRIPTS[shell],
  );
  return EXIT.ok;
}

/** Answers a shell: a candidate a line, its description behind a tab. */
export async function answerShell(
  program: Command,
  words: readonly string[],
  output: Output,
): Promise<ExitCode> {
  const candidates = complete(program, words, lookAround);
  await output.part(candidates.map(({ value, description }) => `${value}\t${description}\n`).join(""));
  return EXIT.ok;
}

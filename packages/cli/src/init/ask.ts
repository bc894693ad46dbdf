import { confirm, intro, isCancel, select, text } from "@clack/prompts";
import { EXAMPLE_TITLES, EXAMPLES, type Example } from "./examples.ts";

/** What a user may decide; undefined: not decided on the command line. */
export interface Answers {
  readonly folder: string | undefined;
  readonly example: Example | undefined;
  readonly install: boolean | undefined;
}

/** Asks for what the command line has left open; undefined when the user gives up. Prompts go to stderr. */
export async function ask({ folder, example, install }: Answers): Promise<Answers | undefined> {
  const output = process.stderr;
  intro("osiris init", { output });
  const where =
    folder ?? (await text({ message: "In which folder?", placeholder: ".", defaultValue: ".", output }));
  if (isCancel(where)) return undefined;
  const options = EXAMPLES.map((value) => ({ value, label: EXAMPLE_TITLES[value] }));
  const what = example ?? (await select({ message: "What shall it begin with?", options, output }));
  if (isCancel(what)) return undefined;
  const message = "Run npm install in it?";
  const installs = install ?? (await confirm({ message, initialValue: false, output }));
  return isCancel(installs) ? undefined : { folder: where, example: what, install: installs };
}

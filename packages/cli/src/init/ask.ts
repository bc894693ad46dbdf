import { confirm, intro, isCancel, select, text } from "@clack/prompts";
import { OsirisError } from "@osiris/core";
import { EXAMPLE_TITLES, EXAMPLES, type Example } from "./examples.ts";

/** What a user may decide; undefined: not decided on the command line. */
export interface Answers {
  readonly folder: string | undefined;
  readonly example: Example | undefined;
  readonly install: boolean | undefined;
}

/** Asks for what the command line has left open. Prompts go to stderr: stdout is for the result. */
export async function ask({ folder, example, install }: Answers): Promise<Required<Answers>> {
  const output = process.stderr;
  intro("osiris init", { output });
  return {
    folder:
      folder ??
      answered(await text({ message: "In which folder?", placeholder: ".", defaultValue: ".", output })),
    example:
      example ??
      answered(
        await select({
          message: "What shall it begin with?",
          options: EXAMPLES.map((value) => ({ value, label: EXAMPLE_TITLES[value] })),
          output,
        }),
      ),
    install:
      install ?? answered(await confirm({ message: "Run npm install in it?", initialValue: false, output })),
  };
}

/** @throws OsirisError `init.cancelled` */
function answered<Value>(value: Value): Exclude<Value, symbol> {
  if (!isCancel(value)) return value as Exclude<Value, symbol>;
  throw new OsirisError({ code: "init.cancelled", category: "cancelled", message: "Nothing was made" });
}

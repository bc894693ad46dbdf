import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { openStateStore, type StateOptions } from "../state-access.ts";
import { stateExport } from "../state-text.ts";
import { currentStates } from "./state-show.ts";

/** JSON with `--json` and without. */
export async function stateExportCommand(
  pipeline: string | undefined,
  options: StateOptions,
  output: Output,
): Promise<ExitCode> {
  const document = stateExport(await currentStates(openStateStore(options.stateDir), pipeline, options));
  await output.result(
    () => document,
    () => JSON.stringify(document, null, 2),
  );
  return EXIT.ok;
}

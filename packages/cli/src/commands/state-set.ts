import { readFileSync } from "node:fs";
import { STEP_ID } from "@osiris/core";
import { keyText, type StateStore, type StateVersion } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { changeState, openStateStore, pipelineKey, type StateChangeOptions } from "../state-access.ts";
import { parseExport, parseState, type ExportedState } from "../state-text.ts";

export interface StateSetOptions extends StateChangeOptions {
  /** A file that `osiris state export` has written, or `-`. */
  readonly from?: string;
}

const COMMAND = "osiris state set";

export async function stateSetCommand(
  [pipeline, step, json]: readonly (string | undefined)[],
  options: StateSetOptions,
  output: Output,
): Promise<ExitCode> {
  const store = openStateStore(options.stateDir);
  if (options.from !== undefined) {
    if (step !== undefined) throw usage("--from restores all steps of a pipeline; name no step");
    return await restore(store, options.from, pipeline, options, output);
  }
  if (pipeline === undefined || step === undefined || json === undefined) {
    throw usage(
      "Name the pipeline, the step and its state as JSON",
      "Or restore an export with --from <file>.",
    );
  }
  if (!STEP_ID.test(step)) throw usage(`No step can be called ${JSON.stringify(step)}`);
  const value = stateArgument(json);
  const key = pipelineKey(pipeline, options);
  const state = store.open(key);
  const { version } = await changeState(state, COMMAND, options, () => new Map([[step, value]]));
  // Perhaps a slip of the pen.
  if (version === 1) output.note(`note: ${keyText(key)} had no state before`);
  await output.result(
    () => ({ status: "ok", ...key, step, version }),
    () => `Set the state of ${step} of ${keyText(key)}: version ${version}.`,
  );
  return EXIT.ok;
}

function stateArgument(given: string): ReturnType<typeof parseState> {
  if (given === "-") return parseState(readInput("-"), "The state on standard input");
  if (given.startsWith("@")) return parseState(readInput(given.slice(1)), given.slice(1));
  return parseState(given, "The state");
}

function readInput(file: string): string {
  return readFileSync(file === "-" ? 0 : file, "utf8").replace(/^\uFEFF/, "");
}

/** Each pipeline's state becomes what the export says: steps that are not in it are forgotten. */
async function restore(
  store: StateStore,
  file: string,
  pipeline: string | undefined,
  options: StateSetOptions,
  output: Output,
): Promise<ExitCode> {
  const all = parseExport(readInput(file), file === "-" ? "Standard input" : file);
  const wanted = all.filter(
    (item) =>
      (pipeline === undefined || item.pipeline === pipeline) &&
      (options.profile === undefined || item.profile === options.profile),
  );
  if (wanted.length === 0) throw usage(`${file} has no state of such a pipeline`);
  const restored: object[] = [];
  const lines: string[] = [];
  for (const item of wanted) {
    const { version } = await restoreOne(store, item, options);
    const { steps, ...key } = item;
    restored.push({ ...key, steps: [...steps.keys()], version });
    lines.push(`Restored the state of ${keyText(key)}: version ${version}.`);
  }
  await output.result(
    () => ({ status: "ok", restored }),
    () => lines.join("\n"),
  );
  return EXIT.ok;
}

async function restoreOne(
  store: StateStore,
  { steps, ...key }: ExportedState,
  options: StateSetOptions,
): Promise<StateVersion> {
  return await changeState(store.open(key), COMMAND, options, (current) => {
    const forgotten = Object.keys(current?.steps ?? {}).map((step) => [step, undefined] as const);
    return new Map([...forgotten, ...steps]);
  });
}

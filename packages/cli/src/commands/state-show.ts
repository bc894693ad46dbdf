import { authorText, keyText, type PipelineKey, type StateStore } from "@osiris/runtime";
import { OsirisError } from "@osiris/core";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import {
  assertSteps,
  existingState,
  noPipeline,
  openStateStore,
  pipelineKey,
  type StateOptions,
} from "../state-access.ts";
import type { StateDocument } from "../state-text.ts";
import { printable, textTable } from "../text-table.ts";

export interface StateShowOptions extends StateOptions {
  readonly step?: string;
  /** A version that is kept. @default the current one */
  readonly at?: number;
}

export async function stateShowCommand(
  pipeline: string | undefined,
  options: StateShowOptions,
  output: Output,
): Promise<ExitCode> {
  if (pipeline === undefined && (options.step ?? options.at) !== undefined) {
    throw usage("Name the pipeline that --step or --at is about");
  }
  const store = openStateStore(options.stateDir);
  const shown =
    options.at === undefined
      ? await currentStates(store, pipeline, options)
      : [await earlierState(store, pipelineKey(pipeline ?? "", options), options.at)];
  const states = shown.map((state) => onlyStep(state, options.step));
  await output.result(
    () => ({ folder: store.place, pipelines: states }),
    () => (pipeline === undefined ? overview(store, states) : states.map(detail).join("\n\n")),
  );
  return EXIT.ok;
}

/** All that is there, or all of one pipeline: without `--profile` that of each profile. */
export async function currentStates(
  store: StateStore,
  pipeline: string | undefined,
  options: StateOptions,
): Promise<readonly StateDocument[]> {
  const keys = (await store.list()).filter(
    (key) =>
      (pipeline === undefined || key.pipeline === pipeline) &&
      (options.profile === undefined || key.profile === options.profile),
  );
  if (pipeline !== undefined && keys.length === 0) {
    throw await noPipeline(store, pipelineKey(pipeline, options));
  }
  return await Promise.all(
    keys.map(async (key) => ({ ...key, ...(await existingState(store, key)).current })),
  );
}

async function earlierState(store: StateStore, key: PipelineKey, at: number): Promise<StateDocument> {
  const { state } = await existingState(store, key);
  const history = await state.history();
  const version = history.find(({ version: number }) => number === at);
  if (version !== undefined) return { ...key, ...version };
  throw new OsirisError({
    code: "state.no_version",
    category: "usage",
    message: `There is no version ${at} of the state of ${keyText(key)}`,
    hint: `Kept are ${history.at(-1)?.version} to ${history[0]?.version}.`,
  });
}

function onlyStep(state: StateDocument, step: string | undefined): StateDocument {
  if (step === undefined) return state;
  assertSteps([step], state, state);
  return { ...state, steps: Object.fromEntries(Object.entries(state.steps).filter(([id]) => id === step)) };
}

function overview(store: StateStore, states: readonly StateDocument[]): string {
  const titles = ["pipeline", "profile", "step", "state", "since", "by"].map((title) => ({ title }));
  const rows = states.flatMap(({ pipeline, profile = "", steps }) =>
    Object.entries(steps).map(([step, { state, committed_at, by }]) => [
      pipeline,
      profile,
      step,
      JSON.stringify(state),
      committed_at,
      authorText(by),
    ]),
  );
  return rows.length > 0 ? textTable(titles, rows) : `No state in ${store.place}`;
}

function detail(state: StateDocument): string {
  const head = `${keyText(state)}: version ${state.version} of ${state.committed_at}, by ${authorText(state.by)}`;
  const steps = Object.entries(state.steps).map(
    ([step, { state: value, committed_at, by }]) =>
      `${step}, since ${committed_at} by ${authorText(by)}:\n${indented(JSON.stringify(value, null, 2))}`,
  );
  return [head, ...(steps.length > 0 ? steps : ["No step has state."])].join("\n\n");
}

function indented(json: string): string {
  return json.split("\n").map((line) => `  ${printable(line)}`).join("\n"); // prettier-ignore
}

import { keyText, type PipelineKey } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import {
  assertSteps,
  changeState,
  existingState,
  openStateStore,
  pipelineKey,
  type StateChangeOptions,
} from "../state-access.ts";

export interface StateResetOptions extends StateChangeOptions {
  /** @default all */
  readonly step?: readonly string[];
}

export async function stateResetCommand(
  pipeline: string,
  options: StateResetOptions,
  output: Output,
): Promise<ExitCode> {
  const store = openStateStore(options.stateDir);
  const key = pipelineKey(pipeline, options);
  const { state, current } = await existingState(store, key);
  let forgotten: readonly string[] = [];
  const { version } =
    Object.keys(current.steps).length === 0 && options.step === undefined
      ? current
      : await changeState(state, "osiris state reset", options, (latest = current) => {
          forgotten = options.step ?? Object.keys(latest.steps);
          assertSteps(forgotten, latest, key);
          return new Map(forgotten.map((step) => [step, undefined]));
        });
  await output.result(
    () => ({ status: "ok", ...key, version, forgotten }),
    () => resetText(key, version, forgotten),
  );
  return EXIT.ok;
}

function resetText(key: PipelineKey, version: number, forgotten: readonly string[]): string {
  if (forgotten.length === 0) return `There was nothing to forget of ${keyText(key)}.`;
  const profile = key.profile === undefined ? "" : ` --profile ${key.profile}`;
  return [
    `Forgot the state of ${forgotten.join(", ")} of ${keyText(key)}: version ${version}. The next run starts anew there.`,
    `"osiris state show ${key.pipeline}${profile} --at ${version - 1}" shows what it was.`,
  ].join("\n");
}

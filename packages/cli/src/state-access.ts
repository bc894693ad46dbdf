import { didYouMean } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import {
  FileStateStore,
  keyText,
  readProjectConfig,
  runningError,
  stateFolder,
  tryRunLock,
  type PipelineKey,
  type PipelineState,
  type StateChanges,
  type StateStore,
  type StateVersion,
} from "@osiris/runtime";
import { sessions } from "./project.ts";

export interface StateOptions {
  readonly stateDir?: string;
  readonly profile?: string;
}

export interface StateChangeOptions extends StateOptions {
  /** Where the locks of running pipelines are. */
  readonly sessionsDir?: string;
}

export function openStateStore(given: string | undefined): StateStore {
  const cwd = process.cwd();
  const folder = stateFolder(cwd, given ?? process.env["OSIRIS_STATE"]);
  return new FileStateStore(folder, readProjectConfig(cwd).state?.keep);
}

export function pipelineKey(pipeline: string, { profile }: StateOptions): PipelineKey {
  return profile === undefined ? { pipeline } : { pipeline, profile };
}

/**
 * The state of a pipeline that a command names, with its current version.
 * @throws OsirisError `state.no_pipeline`
 */
export async function existingState(
  store: StateStore,
  key: PipelineKey,
): Promise<{ readonly state: PipelineState; readonly current: StateVersion }> {
  const state = store.open(key);
  const current = await state.read();
  if (current === undefined) throw await noPipeline(store, key);
  return { state, current };
}

/** For a pipeline without state: what there is instead. */
export async function noPipeline(store: StateStore, key: PipelineKey): Promise<OsirisError> {
  const keys = await store.list();
  const profiles = keys.filter(({ pipeline }) => pipeline === key.pipeline).map(({ profile }) => profile);
  const options = profiles.map((profile) =>
    profile === undefined ? "without --profile" : `with --profile ${profile}`,
  );
  return new OsirisError({
    code: "state.no_pipeline",
    category: "usage",
    message: `There is no state of ${keyText(key)} in ${store.place}`,
    hint:
      options.length > 0
        ? `There is some ${options.join(", ")}.`
        : didYouMean(key.pipeline, new Set(keys.map(({ pipeline }) => pipeline))),
  });
}

/** @throws OsirisError `state.no_step` */
export function assertSteps(wanted: readonly string[], { steps }: StateVersion, key: PipelineKey): void {
  for (const step of wanted) {
    if (Object.hasOwn(steps, step)) continue;
    throw new OsirisError({
      code: "state.no_step",
      category: "usage",
      message: `There is no state of step "${step}" of ${keyText(key)}`,
      hint: didYouMean(step, Object.keys(steps)),
    });
  }
}

/**
 * Makes a new version, while no run of the pipeline is going on: what it will commit builds on what it has read.
 * @throws OsirisError `run.running`, `state.conflict`
 */
export async function changeState(
  state: PipelineState,
  command: string,
  options: StateChangeOptions,
  change: (current: StateVersion | undefined) => StateChanges,
): Promise<StateVersion> {
  const attempt = tryRunLock(sessions(options.sessionsDir), state.key, { command });
  if ("holder" in attempt) throw runningError(state.key, attempt.holder);
  using _ = attempt.lock;
  const current = await state.read();
  return await state.commit(current?.version ?? 0, change(current), { command });
}

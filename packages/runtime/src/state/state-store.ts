import type { JsonValue } from "@osiris/core";
import type { PipelineKey } from "../pipeline-key.ts";

/**
 * Keeps what steps return for their next run. The state of all steps of one pipeline and profile is one thing with one
 * version: what several extractors have read is taken over together, or not at all.
 */
export interface StateStore {
  /** Where it keeps them, for people. */
  readonly place: string;
  /** The pipelines and profiles that have state, sorted. */
  list(): Promise<readonly PipelineKey[]>;
  /** @throws OsirisError `pipeline.bad_name` */
  open(key: PipelineKey): PipelineState;
}

/** The state of one pipeline and profile. What is there and cannot be read is an error, never "no state". */
export interface PipelineState {
  readonly key: PipelineKey;
  /**
   * The current version; undefined when there never was one.
   * @throws OsirisError `state.unreadable`, `state.newer_format`
   */
  read(): Promise<StateVersion | undefined>;
  /**
   * The versions that are kept, newest first.
   * @throws OsirisError as {@link read}
   */
  history(): Promise<readonly StateVersion[]>;
  /**
   * Makes the next version: the states in `changes` replace those of their steps, undefined forgets a step, all others
   * stay. When it resolves the version is the current one and survives a crash; when it rejects nothing has changed.
   * @param expected the version it builds on, as read; 0 when there was none
   * @throws OsirisError `state.conflict` when that is not the current version any more; `state.invalid`
   */
  commit(expected: number, changes: StateChanges, by: StateAuthor): Promise<StateVersion>;
}

/** New states by step id; undefined forgets. */
export type StateChanges = ReadonlyMap<string, JsonValue | undefined>;

/** Who made a version: a run, or a command of somebody's such as `osiris state reset`. */
export type StateAuthor = { readonly run_id: string } | { readonly command: string };

export interface StateVersion {
  /** From 1 up, without gaps. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly committed_at: string;
  readonly by: StateAuthor;
  /** By step id. */
  readonly steps: Readonly<Record<string, StepState>>;
}

export interface StepState {
  readonly state: JsonValue;
  /** When and by whom this state was committed; later versions carry it on. */
  readonly committed_at: string;
  readonly by: StateAuthor;
}

import type { JsonValue } from "@osiris/core";

/** The states of one pipeline (and profile) as a run finds them and leaves them. */
export interface RunState {
  /** By step id. */
  readonly states: ReadonlyMap<string, JsonValue>;
  /**
   * Keeps new states, all or none.
   * @returns the version that they make
   * @throws OsirisError `state.conflict` when somebody else has changed them since they were read
   */
  commit(states: ReadonlyMap<string, JsonValue>): Promise<number>;
}

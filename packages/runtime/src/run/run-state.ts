import { Semaphore, toOsirisError, type JsonValue } from "@osiris/core";
import type { PipelineState, StateVersion } from "../state/state-store.ts";

/** The states of a pipeline's steps as a run finds them and leaves them. */
export class RunState {
  readonly #state: PipelineState;
  readonly #runId: string;
  readonly #states: Map<string, JsonValue>;
  readonly #own: ReadonlySet<string>;
  /** Each builds on the version before: steps that end together take turns. */
  readonly #commits = new Semaphore(1);
  #version: number;

  private constructor(
    state: PipelineState,
    runId: string,
    version: number,
    states: ReadonlyMap<string, JsonValue>,
    own: ReadonlySet<string>,
  ) {
    this.#state = state;
    this.#runId = runId;
    this.#version = version;
    this.#states = new Map(states);
    this.#own = own;
  }

  /** @throws OsirisError when there is state that cannot be read: to begin anew would be wrong */
  static async read(state: PipelineState, runId: string): Promise<RunState> {
    const current = await state.read();
    const steps = Object.entries(current?.steps ?? {});
    const states = new Map(steps.map(([step, kept]) => [step, kept.state]));
    const own = steps.flatMap(([step, { by }]) => ("run_id" in by && by.run_id === runId ? [step] : []));
    return new RunState(state, runId, current?.version ?? 0, states, new Set(own));
  }

  /** By step id. */
  get states(): ReadonlyMap<string, JsonValue> {
    return this.#states;
  }

  /** The steps whose state an earlier session of this very run has committed. */
  get own(): ReadonlySet<string> {
    return this.#own;
  }

  /**
   * Keeps new states, all or none. Those that are what they were make no version.
   * @returns the current version
   * @throws OsirisError `state.conflict` when somebody else has changed them since they were read
   */
  commit(states: ReadonlyMap<string, JsonValue>): Promise<number> {
    return this.#commits.run(() => this.#commit(states));
  }

  async #commit(states: ReadonlyMap<string, JsonValue>): Promise<number> {
    const changed = [...states].filter(([step, state]) => !isSame(this.#states.get(step), state));
    if (changed.length === 0) return this.#version;
    const { version } = await this.#write(new Map(changed));
    for (const [step, state] of changed) this.#states.set(step, state);
    this.#version = version;
    return version;
  }

  async #write(changes: ReadonlyMap<string, JsonValue>): Promise<StateVersion> {
    try {
      return await this.#state.commit(this.#version, changes, { run_id: this.#runId });
    } catch (error) {
      throw toOsirisError(error, "What the steps remember cannot be written");
    }
  }
}

function isSame(a: JsonValue | undefined, b: JsonValue): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

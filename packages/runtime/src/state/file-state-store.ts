import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { OsirisError, stateText } from "@osiris/core";
import { findUpwards } from "../config/find-upwards.ts";
import { FileSeries } from "../file-series.ts";
import { namesIn } from "../names-in.ts";
import { keyName, keyOfName, keyText, type PipelineKey } from "../pipeline-key.ts";
import { parseStateText, versionText } from "./state-file.ts";
import type {
  PipelineState,
  StateAuthor,
  StateChanges,
  StateStore,
  StateVersion,
  StepState,
} from "./state-store.ts";

const STATE_FOLDER = ".osiris_state";
const DEFAULT_KEEP = 20;

/**
 * Where state lives: the given folder, else `.osiris_state` from `cwd` upwards, else one to be made in `cwd`. Not among
 * the runs: those may be deleted.
 */
export function stateFolder(cwd: string, given: string | undefined): string {
  if (given !== undefined && given !== "") return resolve(cwd, given);
  return join(findUpwards(cwd, STATE_FOLDER, "folder") ?? cwd, STATE_FOLDER);
}

/** State in files, `<folder>/<pipeline>[@<profile>]/<version>.json`: for one machine, or a shared disk. */
export class FileStateStore implements StateStore {
  readonly place: string;
  readonly #keep: number;

  /**
   * @param folder made when something is first committed
   * @param keep how many versions of each state are kept, from 2 up
   */
  constructor(folder: string, keep: number = DEFAULT_KEEP) {
    this.place = folder;
    this.#keep = keep;
  }

  list(): Promise<readonly PipelineKey[]> {
    const keys = namesIn(this.place)
      .filter((name) => statSync(join(this.place, name), { throwIfNoEntry: false })?.isDirectory() === true)
      .toSorted()
      .flatMap((name) => keyOfName(name) ?? []);
    return Promise.resolve(keys.filter((key) => this.#series(key).newest() > 0));
  }

  open(key: PipelineKey): PipelineState {
    return new FilePipelineState(key, this.#series(key));
  }

  #series(key: PipelineKey): FileSeries {
    return new FileSeries(join(this.place, keyName(key)), { keep: this.#keep, durable: true });
  }
}

class FilePipelineState implements PipelineState {
  readonly key: PipelineKey;
  readonly #files: FileSeries;

  constructor(key: PipelineKey, files: FileSeries) {
    this.key = key;
    this.#files = files;
  }

  // Reading and writing a few kilobytes is done before anything else could run; only the interface is made for waiting.
  async read(): Promise<StateVersion | undefined> {
    for (let tried = 0; ;) {
      const newest = this.#files.newest();
      if (newest === 0) return undefined;
      // Removed as an old one meanwhile: then there is a newer one.
      const version = this.#readVersion(newest, newest === tried);
      if (version !== undefined) return version;
      tried = newest;
    }
  }

  async history(): Promise<readonly StateVersion[]> {
    return this.#files
      .numbers()
      .toReversed()
      .flatMap((number) => this.#readVersion(number) ?? []);
  }

  async commit(expected: number, changes: StateChanges, by: StateAuthor): Promise<StateVersion> {
    for (const state of changes.values()) if (state !== undefined) stateText(state);
    const current = await this.read();
    if ((current?.version ?? 0) !== expected) throw this.#conflict(expected, current);
    const next = nextVersion(current, changes, by);
    const made = this.#files.create(next.version, versionText(this.key, next));
    if (!made) throw this.#conflict(expected, await this.read());
    return next;
  }

  /** Undefined when the file is gone, which is an error when it is `required`. */
  #readVersion(number: number, required = false): StateVersion | undefined {
    const file = this.#files.path(number);
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && !required) return undefined;
      throw error;
    }
    return parseStateText(text, { file, key: this.key, version: number }, this.#repairHint(number));
  }

  #repairHint(damaged: number): string {
    const earlier = this.#files.numbers().filter((number) => number < damaged);
    const before = earlier.at(-1);
    if (before === undefined) {
      return "Bring the file back from a back-up. Without it the next run starts as the first one did.";
    }
    return `Bring the file back from a back-up, or move it away: version ${before} then is the current one again.`;
  }

  #conflict(expected: number, current: StateVersion | undefined): OsirisError {
    const what =
      current === undefined
        ? "it is gone"
        : `${authorText(current.by)} has made version ${current.version} at ${current.committed_at}`;
    return new OsirisError({
      code: "state.conflict",
      category: "resource",
      message: `The state of ${keyText(this.key)} has changed since version ${expected} was read: ${what}`,
      hint: 'See "osiris state history", and run again on top of it.',
    });
  }
}

/** A version's author for people: `run 2026…` or `osiris state reset`. */
export function authorText(by: StateAuthor): string {
  return "run_id" in by ? `run ${by.run_id}` : by.command;
}

function nextVersion(
  current: StateVersion | undefined,
  changes: StateChanges,
  by: StateAuthor,
): StateVersion {
  const committed_at = new Date().toISOString();
  const steps = new Map<string, StepState>(Object.entries(current?.steps ?? {}));
  for (const [step, state] of changes) {
    if (state === undefined) steps.delete(step);
    else steps.set(step, { state, committed_at, by });
  }
  const sorted = [...steps].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { version: (current?.version ?? 0) + 1, committed_at, by, steps: Object.fromEntries(sorted) };
}

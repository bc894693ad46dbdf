import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { OsirisError } from "@osiris/core";
import { namesIn } from "./names-in.ts";

const NAME = /^(\d{8,15})\.json$/;
const DIGITS = 8;
const PARTIAL = ".part";
/** Writing takes milliseconds: a partial file of this age was left by a crash. */
const LEFT_OVER_MS = 3_600_000;

export interface FileSeriesOptions {
  /** How many files there are at most, from 2 up. */
  readonly keep: number;
  /** True: what has been made survives a power cut. It costs milliseconds. */
  readonly durable: boolean;
}

/**
 * `00000001.json`, `00000002.json`, … in one folder; the newest is the one that counts. A file appears whole, is made
 * by one process only, and the highest number never goes away: that is all it takes to agree on something
 * without a lock that a crash could leave behind.
 */
export class FileSeries {
  readonly folder: string;
  readonly #options: FileSeriesOptions;

  constructor(folder: string, options: FileSeriesOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /** The numbers there are, ascending. Other files in the folder are nobody's business here. */
  numbers(): readonly number[] {
    return namesIn(this.folder)
      .flatMap((name) => Number(NAME.exec(name)?.[1] ?? []))
      .filter((number) => number > 0)
      .toSorted((a, b) => a - b);
  }

  /** 0 when there is none. */
  newest(): number {
    return this.numbers().at(-1) ?? 0;
  }

  path(number: number): string {
    return join(this.folder, `${String(number).padStart(DIGITS, "0")}.json`);
  }

  /** Makes the file of this number, which must follow the newest. False: somebody else has made it. */
  create(number: number, text: string): boolean {
    makeFolder(this.folder, this.#options.durable);
    this.#removeOld();
    const partial = join(this.folder, `.${number}.${randomUUID()}${PARTIAL}`);
    try {
      writeFileSync(partial, text, { flag: "wx", flush: this.#options.durable });
      // A rename would replace the file of another process.
      if (!link(partial, this.path(number))) return false;
    } finally {
      rmSync(partial, { force: true });
    }
    if (this.#options.durable) syncFolder(this.folder);
    // Free, but only because it was made and then removed as an old one while this process slept: too late all the same.
    if (this.newest() - number < this.#options.keep - 1) return true;
    rmSync(this.path(number), { force: true });
    return false;
  }

  /**
   * Makes room for one more. Not after it has been made: did that fail, it would look as if it had not been made. The
   * newest stays.
   */
  #removeOld(): void {
    const numbers = this.numbers();
    const newest = numbers.at(-1) ?? 0;
    for (const number of numbers) {
      if (newest - number >= this.#options.keep - 1) rmSync(this.path(number), { force: true });
    }
    for (const name of namesIn(this.folder)) {
      if (!name.startsWith(".") || !name.endsWith(PARTIAL)) continue;
      const file = join(this.folder, name);
      const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      if (Date.now() - made > LEFT_OVER_MS) rmSync(file, { force: true });
    }
  }
}

/** False when there is a file of that name. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new OsirisError({
      code: "system.no_link",
      category: "resource",
      message: `Cannot make ${to}: ${error instanceof Error ? error.message : String(error)}`,
      hint: "State and locks need a file system with hard links: choose a folder on another disk.",
      cause: error,
    });
  }
}

function makeFolder(folder: string, durable: boolean): void {
  const first = mkdirSync(folder, { recursive: true });
  if (!durable || first === undefined) return;
  // A new folder is an entry in the folder above it.
  for (let made = folder; ; made = dirname(made)) {
    syncFolder(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/** Makes the names in a folder survive a power cut. Windows knows no such call, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

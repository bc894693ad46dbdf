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

  /** Makes the file of this number. False: it does not follow the newest, or somebody else has made it. */
  create(number: number, text: string): boolean {
    makeFolder(this.folder, this.#options.durable);
    this.#removeOld();
    const partial = join(this.folder, `${partialStart(number)}${randomUUID()}${PARTIAL}`);
    try {
      writeFileSync(partial, text, { flag: "wx", flush: this.#options.durable });
      // Not before there is a partial file, which keeps the number from being removed as an old one, and so from
      // being free again. A rename would replace the file of another process.
      if (this.newest() !== number - 1 || !link(partial, this.path(number))) return false;
    } finally {
      rmSync(partial, { force: true });
    }
    if (this.#options.durable) syncFolder(this.folder);
    return true;
  }

  /**
   * Makes room for one more. Not after it has been made: did that fail, it would look as if it had not been made. The
   * newest stays, and what anybody is about to make: partial files are looked for after the numbers, so that one that is
   * not seen belongs to a process that will see these numbers.
   */
  #removeOld(): void {
    const numbers = this.numbers();
    const partials = namesIn(this.folder).filter((name) => name.startsWith(".") && name.endsWith(PARTIAL));
    const newest = numbers.at(-1) ?? 0;
    for (const number of numbers) {
      const isOld = newest - number >= this.#options.keep - 1;
      const isWanted = partials.some((name) => name.startsWith(partialStart(number)));
      if (isOld && !isWanted) rmSync(this.path(number), { force: true });
    }
    for (const name of partials) {
      const file = join(this.folder, name);
      const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      if (Date.now() - made > LEFT_OVER_MS) rmSync(file, { force: true });
    }
  }
}

function partialStart(number: number): string {
  return `.${number}.`;
}

/** What file systems say that have no hard links. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/** False when there is a file of that name, or the partial one was taken for one that a crash had left. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOENT") return false;
    if (!NO_LINKS.has(code ?? "")) throw error;
    throw new OsirisError({
      code: "system.no_link",
      category: "resource",
      message: `Cannot make ${to}: ${message}`,
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

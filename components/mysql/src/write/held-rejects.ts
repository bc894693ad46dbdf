import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { DriverContext, Reject, RejectWriter } from "@osiris/core";

/**
 * Rejects that do not count yet: a transaction that is rolled back takes its own with it, and `<step>__rejects` cannot
 * give rows back. They wait in a file, so memory does not grow with them.
 */
export class HeldRejects implements RejectWriter, Disposable {
  readonly #file: string;
  readonly #to: RejectWriter;
  #descriptor: number | undefined;
  #bytes = 0;
  #rows = 0;
  #isHandedOn = false;

  constructor(ctx: DriverContext, to: RejectWriter) {
    this.#file = join(ctx.artifacts, "held-rejects.jsonl");
    this.#to = to;
  }

  get rows(): number {
    return this.#rows;
  }

  add(reject: Reject): void {
    this.#descriptor ??= openSync(this.#file, "w", 0o600);
    this.#bytes += writeSync(this.#descriptor, `${lineOf(reject)}\n`, this.#bytes);
    this.#rows += 1;
  }

  /** A function that forgets what is added from now on. */
  mark(): () => void {
    const [bytes, rows] = [this.#bytes, this.#rows];
    return () => {
      if (this.#descriptor !== undefined) ftruncateSync(this.#descriptor, bytes);
      [this.#bytes, this.#rows] = [bytes, rows];
    };
  }

  /** Whether some are where they cannot be taken back from. */
  get isHandedOn(): boolean {
    return this.#isHandedOn;
  }

  /** Hands all of them on, before what rejected them is committed: too many of them throw. */
  async handOn(): Promise<void> {
    if (this.#rows === 0) return;
    this.#isHandedOn = true;
    await using file = await open(this.#file);
    for await (const line of file.readLines()) this.#to.add(JSON.parse(line) as Reject);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }
}

/** Node ends a line also at two characters that JSON lets stand as they are. */
function lineOf(reject: Reject): string {
  return JSON.stringify(reject).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

import { write } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const writeOnce = promisify(write);

const MAX_WAITING = 32 * 1024 * 1024;
const RETRY_MS = 10;

/**
 * Writes text to a file descriptor without ever making the caller wait: Node's own stderr blocks the whole process
 * while a terminal is stopped or a pipe is full. A reader who has gone away and a full disk are no errors.
 */
export class BackgroundWriter {
  readonly #fd: number;
  readonly #most: number;
  #waiting = "";
  #dropped = 0;
  #isGone = false;
  #writing: Promise<void> | undefined;

  /** @param most what may wait for a reader who does not read, in characters; what comes then is dropped, and counted */
  constructor(fd: number, most: number = MAX_WAITING) {
    this.#fd = fd;
    this.#most = most;
  }

  /** Whether earlier text is still on its way. */
  get isBusy(): boolean {
    return this.#writing !== undefined;
  }

  write(text: string): void {
    if (this.#isGone) return;
    if (this.#waiting !== "" && this.#waiting.length + text.length > this.#most) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += text;
    this.#writing ??= this.#drain();
  }

  /** Resolves when everything has been handed over, or nobody takes it. Never rejects. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting !== "") {
      const bytes = Buffer.from(this.#waiting);
      this.#waiting = "";
      try {
        await writeAll(this.#fd, bytes);
      } catch (error) {
        // There is nobody to tell it to. A full disk may have room again for what comes next.
        this.#isGone = ["EPIPE", "EBADF"].includes((error as NodeJS.ErrnoException).code ?? "");
      }
      if (this.#dropped > 0)
        this.#waiting += `… ${this.#dropped} messages are missing here: nobody read them in time.\n`;
      this.#dropped = 0;
    }
    this.#writing = undefined;
  }
}

async function writeAll(fd: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    try {
      at += (await writeOnce(fd, bytes, at)).bytesWritten;
    } catch (error) {
      // A pipe that does not block, and is full.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await setTimeout(RETRY_MS);
    }
  }
}

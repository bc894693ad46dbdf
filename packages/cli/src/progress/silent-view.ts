import type { RunEvent } from "@osiris/runtime";
import type { Output } from "../output.ts";
import type { Paint } from "../style.ts";
import { noticeLine } from "./event-line.ts";
import type { RunView } from "./run-view.ts";

/** Nothing but warnings. */
export class SilentView implements RunView {
  readonly keepsSteps = false;
  readonly #output: Output;
  readonly #paint: Paint;

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.#paint = paint;
  }

  onEvent(event: RunEvent): void {
    const line = noticeLine(event, this.#paint);
    if (line !== undefined) this.#output.note(line);
  }

  async end(): Promise<void> {
    await this.#output.flush();
  }
}

import type { RunEvent, StepProgress } from "@osiris/runtime";
import type { BackgroundWriter } from "../background-writer.ts";
import { captureOutput } from "./captured-output.ts";
import type { RunningSteps } from "./running-steps.ts";
import type { RunView } from "./run-view.ts";

const PROGRESS_MS = 1000;

/**
 * Programs: a JSON object a line. The run's events as they are in events.jsonl, `progress` for each running step once a
 * second, `output` for what drivers print.
 */
export class JsonView implements RunView {
  readonly keepsSteps = false;
  readonly #writer: BackgroundWriter;
  readonly #steps: RunningSteps;
  readonly #timer: NodeJS.Timeout;
  readonly #captured: Disposable;

  constructor(writer: BackgroundWriter, steps: RunningSteps, isJsonResult: boolean) {
    this.#writer = writer;
    this.#steps = steps;
    this.#timer = setInterval(() => {
      for (const step of steps.now()) this.#line({ event: "progress", ...progressFields(step) });
    }, PROGRESS_MS);
    // With --json what is printed to stdout goes to stderr.
    const streams = isJsonResult ? [process.stdout, process.stderr] : [process.stderr];
    this.#captured = captureOutput(streams, (message) => this.#line({ event: "output", message }));
  }

  onEvent(event: RunEvent): void {
    this.#steps.onEvent(event);
    this.#write(event);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#captured[Symbol.dispose]();
    await this.#writer.flush();
  }

  #line(fields: object): void {
    this.#write({ ts: new Date().toISOString(), ...fields });
  }

  #write(line: object): void {
    this.#writer.write(`${JSON.stringify(line)}\n`);
  }
}

function progressFields(step: StepProgress & { readonly elapsed: number }): object {
  const { stepId, rows, totalRows, bytes, totalBytes, done, elapsed } = step;
  return {
    step_id: stepId,
    rows,
    total_rows: totalRows,
    bytes,
    total_bytes: totalBytes,
    done,
    elapsed_ms: Math.round(elapsed),
  };
}

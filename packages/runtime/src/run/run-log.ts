import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { toOsirisError, type EventFields, type OsirisError } from "@osiris/core";

/** One line of events.jsonl. */
export interface RunEvent {
  readonly ts: string;
  readonly run_id: string;
  readonly event: string;
  readonly step_id?: string;
  readonly [field: string]: unknown;
}

/**
 * events.jsonl and metrics.jsonl of one run. Each line is one synchronous write: what happened before a crash is in
 * the file, and lines of concurrent steps never mix.
 */
export class RunLog implements Disposable {
  readonly #runId: string;
  readonly #events: number;
  readonly #metrics: number;
  readonly #onEvent: (event: RunEvent) => void;
  #fault: OsirisError | undefined;

  constructor(runFolder: string, runId: string, onEvent: (event: RunEvent) => void) {
    this.#runId = runId;
    this.#onEvent = onEvent;
    this.#events = openSync(join(runFolder, "logs", "events.jsonl"), "a");
    this.#metrics = openSync(join(runFolder, "logs", "metrics.jsonl"), "a");
  }

  event(name: string, fields: EventFields = {}, stepId?: string): void {
    const event: RunEvent = {
      ...fields,
      ts: new Date().toISOString(),
      run_id: this.#runId,
      event: name,
      ...(stepId === undefined ? {} : { step_id: stepId }),
    };
    this.#write(this.#events, event);
    this.#onEvent(event);
  }

  metric(name: string, value: number, unit: string | undefined, stepId: string): void {
    const line = {
      ts: new Date().toISOString(),
      run_id: this.#runId,
      step_id: stepId,
      metric: name,
      value,
      ...(unit === undefined ? {} : { unit }),
    };
    this.#write(this.#metrics, line);
  }

  /**
   * A line that cannot be written (a full disk) must not change how a step ends. It is kept for the run's end:
   * a run without its records has not succeeded.
   */
  #write(file: number, line: object): void {
    try {
      writeSync(file, `${JSON.stringify(line)}\n`);
    } catch (error) {
      this.#fault ??= toOsirisError(error, "Writing the run's log");
    }
  }

  /** Why lines are missing, if any are. */
  get fault(): OsirisError | undefined {
    return this.#fault;
  }

  [Symbol.dispose](): void {
    closeSync(this.#events);
    closeSync(this.#metrics);
  }
}

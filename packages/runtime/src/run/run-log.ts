import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { EventFields } from "@osiris/core";

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
    writeSync(this.#events, `${JSON.stringify(event)}\n`);
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
    writeSync(this.#metrics, `${JSON.stringify(line)}\n`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#events);
    closeSync(this.#metrics);
  }
}

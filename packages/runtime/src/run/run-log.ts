import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { toOsirisError, type EventFields, type OsirisError } from "@osiris/core";
import type { EventName, FieldsOf, RunEventName, StepEventName } from "../records/event-table.ts";
import { METRICS, type OwnMetricName } from "../records/metric-table.ts";

/** One line of events.jsonl: `osiris schema event` says what it may be. */
export interface RunEvent {
  readonly ts: string;
  readonly run_id: string;
  readonly event: string;
  readonly step_id?: string;
  readonly [field: string]: unknown;
}

/** Which attempt at a step a line is about. */
export interface StepAttempt {
  readonly stepId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Most steps have one attempt, and their lines need not say so. */
function later(attempt: number): { readonly attempt?: number } {
  return attempt > 1 ? { attempt } : {};
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

  /** Writes one of the events that the table knows. Texts in it that came from elsewhere must be redacted. */
  event<N extends RunEventName>(name: N, fields: FieldsOf<N>): void;
  event<N extends StepEventName>(name: N, fields: FieldsOf<N>, stepId: string): void;
  event(name: EventName, fields: object, stepId?: string): void {
    this.#event(name, fields, stepId);
  }

  /** Writes what a driver says: its own events, and those that it shares. Checked and redacted before. */
  driverEvent(name: string, fields: EventFields, { stepId, attempt }: StepAttempt): void {
    this.#event(name, { ...later(attempt), ...fields }, stepId);
  }

  /** Writes a number that Osiris has measured; its unit is in the table. */
  metric(name: OwnMetricName, value: number, stepId: string): void {
    this.driverMetric(name, value, METRICS[name].unit, { stepId, attempt: 1 });
  }

  /** Writes a number that a driver has measured. Checked before. */
  driverMetric(
    name: string,
    value: number,
    unit: string | undefined,
    { stepId, attempt }: StepAttempt,
  ): void {
    const line = {
      ts: new Date().toISOString(),
      run_id: this.#runId,
      step_id: stepId,
      ...later(attempt),
      metric: name,
      value,
      ...(unit === undefined ? {} : { unit }),
    };
    this.#write(this.#metrics, line);
  }

  #event(name: string, fields: object, stepId: string | undefined): void {
    const event: RunEvent = {
      ts: new Date().toISOString(),
      run_id: this.#runId,
      event: name,
      ...(stepId === undefined ? {} : { step_id: stepId }),
      ...fields,
    };
    this.#write(this.#events, event);
    this.#onEvent(event);
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

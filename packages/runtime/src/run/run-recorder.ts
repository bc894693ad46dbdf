import type { ManifestStep } from "@osiris/compiler";
import { toOsirisError } from "@osiris/core";
import type { RunStatus } from "../choices.ts";
import { notRun } from "./schedule.ts";
import { writeRunRecord, type RecordedError, type RunRecord, type StepRecord } from "./run-record.ts";

/** How old the record of a running run may be: writing it at every step would cost more than small steps do. */
const PROGRESS_INTERVAL_MS = 500;

/** How a run ends that comes to its end. */
export type EndStatus = Exclude<RunStatus, "running" | "killed">;

/** What a run's record says all the time. */
export type RunHead = Omit<RunRecord, "status" | "updated_at" | "duration_ms" | "steps" | "error">;

/** Keeps a run's record, in memory and in its folder. */
export class RunRecorder {
  readonly #head: RunHead;
  readonly #earlierMs: number;
  readonly #started = performance.now();
  readonly #steps: Map<string, StepRecord>;
  #lastWritten = -Infinity;

  /** @param earlierMs for how long the run's earlier sessions ran */
  constructor(head: RunHead, steps: readonly ManifestStep[], earlierMs: number) {
    this.#head = head;
    this.#earlierMs = earlierMs;
    this.#steps = new Map(steps.map((step) => [step.id, notRun(step)]));
  }

  get steps(): readonly StepRecord[] {
    return [...this.#steps.values()];
  }

  start(): void {
    writeRunRecord(this.#record("running"));
  }

  step(record: StepRecord): void {
    this.#steps.set(record.id, record);
    if (performance.now() - this.#lastWritten < PROGRESS_INTERVAL_MS) return;
    writeRunRecord(this.#record("running"));
    this.#lastWritten = performance.now();
  }

  /**
   * Writes the last record.
   * @returns it; one of a failed run when it cannot be written: whoever looks into the folder finds no success there
   */
  end(status: EndStatus, error: RecordedError | undefined): RunRecord & { readonly status: EndStatus } {
    const record = this.#record(status, error);
    try {
      writeRunRecord(record);
      return record;
    } catch (caught) {
      const { code, category, message, hint, retryable } = toOsirisError(caught, "The run");
      const unwritten = { code, category, message, ...(hint === undefined ? {} : { hint }), retryable };
      return this.#record("failed", error ?? unwritten);
    }
  }

  #record<S extends RunStatus>(status: S, error?: RecordedError): RunRecord & { readonly status: S } {
    return {
      ...this.#head,
      status,
      updated_at: new Date().toISOString(),
      duration_ms: this.#earlierMs + Math.round(performance.now() - this.#started),
      steps: this.steps,
      ...(error === undefined ? {} : { error }),
    };
  }
}

import type { ManifestStep } from "@osiris/compiler";
import { foldCase, type Column, type InputTable, type PlannedInput } from "@osiris/core";
import type { RunnablePipeline } from "../manifest-files.ts";
import type { RunRecord } from "../run/run-record.ts";
import { listRuns } from "../run/sessions.ts";
import { inputsOf, inputTables } from "../run/step-inputs.ts";

/** The input of a step as it is known before a run. */
export interface KnownInput extends PlannedInput {
  /** The run whose tables had these columns; absent: the compiler knows them. */
  readonly run_id?: string;
}

/** What a step will read, without running anything. */
export class InputColumns {
  readonly #pipeline: RunnablePipeline;
  readonly #sessions: string;
  #runs: readonly RunRecord[] | undefined;

  /** @param sessions the folder of the runs */
  constructor(pipeline: RunnablePipeline, sessions: string) {
    this.#pipeline = pipeline;
    this.#sessions = sessions;
  }

  /** The step's single input: as the compiler knows it, else as the newest run of the pipeline had it. */
  of(step: ManifestStep): KnownInput | undefined {
    return this.#compiled(step) ?? this.#fromRuns(step);
  }

  #compiled(step: ManifestStep): KnownInput | undefined {
    const sources = this.#needsOf(step).filter(
      ({ table }) => table !== undefined && (step.input === undefined || table === foldCase(step.input)),
    );
    const [source] = sources;
    const columns = source && this.#planned().find(({ id }) => id === source.id)?.columns;
    if (source?.table === undefined || columns === undefined || sources.length > 1) return undefined;
    return { table: source.table, columns };
  }

  /** The columns that the compiler has found, by step. */
  #planned(): readonly { readonly id: string; readonly columns?: readonly Column[] }[] {
    const text = this.#pipeline.files.get("plan.json") ?? "{}";
    return (
      (JSON.parse(text) as { steps?: readonly { id: string; columns?: readonly Column[] }[] }).steps ?? []
    );
  }

  #fromRuns(step: ManifestStep): KnownInput | undefined {
    const needs = this.#needsOf(step);
    for (const run of this.#runsOfPipeline()) {
      const published = new Map<string, readonly InputTable[]>();
      for (const need of needs) {
        const record = run.steps.find(({ id }) => id === need.id);
        if (record?.status === "succeeded") published.set(need.id, inputTables(need, record.tables));
      }
      const [input, ...more] = inputsOf(step, published).tables;
      if (published.size < needs.length || input === undefined || more.length > 0) continue;
      return { table: input.table, columns: input.columns, run_id: run.run_id };
    }
    return undefined;
  }

  #needsOf(step: ManifestStep): readonly ManifestStep[] {
    return this.#pipeline.manifest.steps.filter(({ id }) => step.needs.includes(id));
  }

  #runsOfPipeline(): readonly RunRecord[] {
    const { name, profile } = this.#pipeline.manifest.pipeline;
    this.#runs ??= listRuns(this.#sessions).filter((run) => run.pipeline === name && run.profile === profile);
    return this.#runs;
  }
}

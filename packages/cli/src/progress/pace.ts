import type { StepProgress } from "@osiris/runtime";

/** The pace of the last seconds counts: a step that slows down must not show what it once did. */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 250;
/** Before that, a guess at the time that is left would only jump about. */
const GUESS_AFTER_MS = 2_000;

interface Sample {
  /** Milliseconds on any clock that only goes forward. */
  readonly at: number;
  readonly rows: number;
  readonly done: number;
}

/** How fast a step goes on, from looks at it now and then. */
export class Pace {
  #samples: Sample[];

  constructor(at: number) {
    this.#samples = [{ at, rows: 0, done: 0 }];
  }

  look(at: number, { rows = 0, done = 0 }: StepProgress): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < SAMPLE_MS) return;
    // Another part of the work has begun.
    if (last !== undefined && (done < last.done || rows < last.rows)) this.#samples = [];
    this.#samples.push({ at, rows, done });
    const recent = this.#samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    this.#samples.splice(0, recent);
  }

  get rowsPerSecond(): number | undefined {
    return this.#perSecond("rows");
  }

  /** Milliseconds until all is done, at the present pace. */
  get left(): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    const pace = this.#perSecond("done");
    if (first === undefined || last === undefined || pace === undefined) return undefined;
    return last.at - first.at < GUESS_AFTER_MS ? undefined : ((1 - last.done) / pace) * 1000;
  }

  #perSecond(what: "rows" | "done"): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return undefined;
    const pace = ((last[what] - first[what]) * 1000) / (last.at - first.at);
    return pace > 0 ? pace : undefined;
  }
}

import type { Progress, ReadTally } from "@osiris/core";

/** How far a running step is. Numbers that nobody knows are left out. */
export interface StepProgress {
  readonly stepId: string;
  /** Rows read, appended or sent so far. */
  readonly rows?: number;
  readonly totalRows?: number;
  readonly bytes?: number;
  readonly totalBytes?: number;
  /** How much of the work is done, from 0 to 1. It may begin again: a file is read, then its rows are sorted. */
  readonly done?: number;
}

/**
 * Where a run's watcher asks how far its steps are. It is asked, and is never told: watching costs the steps nothing,
 * and a watcher that is slow or gone delays nobody.
 */
export class RunProgress {
  readonly #sources = new Set<() => StepProgress>();

  /** Adds a step; disposing takes it away. */
  watch(source: () => StepProgress): Disposable {
    this.#sources.add(source);
    return { [Symbol.dispose]: () => void this.#sources.delete(source) };
  }

  /** The steps that are running now. */
  snapshot(): readonly StepProgress[] {
    return [...this.#sources].map((source) => source());
  }
}

/** What a driver has told last. */
export type Told = { -readonly [Key in keyof Progress]: Progress[Key] };

/** All that is known about one step. */
export interface StepSigns {
  readonly stepId: string;
  readonly told: Told;
  /** Rows in the tables that it fills from JavaScript. */
  readonly appended: number | undefined;
  /** Its input tables that it reads, or has read. */
  readonly reads: readonly ReadTally[];
  /** How much of the DuckDB statement that is running is done, from 0 to 1. */
  readonly statement: number | undefined;
}

/** What a driver tells wins; a step that reads rows is as far as it has read them. */
export function stepProgress({ stepId, told, appended, reads, statement }: StepSigns): StepProgress {
  const read = reads.length === 0 ? undefined : sum(reads.map(({ rows }) => rows));
  const totalRows = told.totalRows ?? (read === undefined ? undefined : sum(reads.map(({ total }) => total)));
  const known = told.rows ?? read ?? appended;
  // A statement that passes over all rows has passed over so many of them.
  const rows =
    known ??
    (statement === undefined || totalRows === undefined ? undefined : Math.floor(statement * totalRows));
  const { bytes, totalBytes } = told;
  const done = share(bytes, totalBytes) ?? share(rows, totalRows);
  // When all is read DuckDB may still be at work.
  const current = done === undefined || done === 1 ? (statement ?? done) : done;
  return {
    stepId,
    ...(rows === undefined ? {} : { rows }),
    ...(totalRows === undefined ? {} : { totalRows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(current === undefined ? {} : { done: current }),
  };
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : Math.min(part / whole, 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

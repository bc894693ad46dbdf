import type { DriverContext, JsonValue } from "@osiris/core";

/** A row group of DuckDB: a checkpoint that is taken more often has part of one written twice. */
const ROWS = 122_880;

/** Takes checkpoints in the background of a read that does not wait, not more often than they are worth. */
export class Checkpoints {
  readonly #ctx: DriverContext;
  readonly #everyMs: number;
  #rows = 0;
  #takenAt = Date.now();
  #pending: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param everyMs how much work, in time, may be lost */
  constructor(ctx: DriverContext, everyMs = 5000) {
    this.#ctx = ctx;
    this.#everyMs = everyMs;
  }

  /**
   * Call it when all rows that `state` knows of are in the table, and no others.
   * @param rows in the table
   * @throws what the checkpoint before has failed with
   */
  offer(rows: number, state: () => JsonValue): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#pending !== undefined || rows - this.#rows < ROWS) return;
    if (Date.now() - this.#takenAt < this.#everyMs) return;
    this.#rows = rows;
    this.#pending = this.#take(state());
  }

  async #take(state: JsonValue): Promise<void> {
    try {
      await this.#ctx.checkpoint(state);
    } catch (error) {
      this.#failure = { error };
    }
    this.#takenAt = Date.now();
    this.#pending = undefined;
  }

  /** Waits for the last one. */
  async settle(): Promise<void> {
    await this.#pending;
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

import { OsirisError, type DriverContext, type JsonValue } from "@osiris/core";
import { isObject } from "./json.ts";
import type { Cursor } from "./pages/cursor.ts";

/** How far an attempt has come: all that the next one needs beside the rows. */
export interface Progress {
  /** The next page. */
  readonly cursor: Cursor;
  readonly pages: number;
  /** Items that came, null ones and known rows included. */
  readonly items: number;
  readonly nulls: number;
  readonly incremental: JsonValue;
  /** Of the tables. */
  readonly shape: JsonValue;
}

/** @throws OsirisError `graphql.foreign_checkpoint` */
export function resumedProgress(resumed: JsonValue | undefined): Progress | undefined {
  if (resumed === undefined) return undefined;
  if (isObject(resumed) && typeof resumed["cursor"] === "string" && typeof resumed["pages"] === "number") {
    return resumed as unknown as Progress;
  }
  throw new OsirisError({
    code: "graphql.foreign_checkpoint",
    category: "internal",
    message: "The checkpoint is not one of this component",
    hint: "Run the pipeline without --resume.",
  });
}

/** Takes a checkpoint now and then. */
export class Checkpoints {
  readonly #ctx: DriverContext;
  readonly #everyMs: number;
  #last = performance.now();

  constructor(ctx: DriverContext, seconds: number) {
    this.#ctx = ctx;
    this.#everyMs = seconds * 1000;
  }

  /** @param progress asked only when it is time; undefined: not now */
  async after(progress: () => Progress | undefined): Promise<void> {
    if (performance.now() - this.#last < this.#everyMs) return;
    const state = progress();
    if (state === undefined) return;
    await this.#ctx.checkpoint({ ...state });
    this.#last = performance.now();
  }
}
